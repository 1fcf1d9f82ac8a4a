let names: Intl.DisplayNames | undefined;

/** Whether any language is called so, by the standard's list. */
export function isLanguage(tag: string): boolean {
  const language = localeOf(tag)?.language;
  names ??= new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  return language !== undefined && names.of(language) !== undefined;
}

/** The standard's own way to write it: `en-GB` for `en-UK`, `en` for `eng`. */
export function standardForm(tag: string): string | undefined {
  return localeOf(tag)?.baseName;
}

/** A tag of BCP 47, if it has the form of one. */
export function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}
