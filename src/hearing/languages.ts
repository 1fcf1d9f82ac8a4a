import { localeOf } from '../core/language-names.ts';

/** The languages of a provider, by its own codes of them. */
export class Languages {
  readonly #codes = new Map<string, string>();

  /** Of codes with a region, parted by blanks; of a language without a usual region among them the first is taken. */
  constructor(codes: string) {
    for (const code of codes.trim().split(/\s+/)) {
      const { language, region } = new Intl.Locale(code);
      this.#codes.set(`${language}-${region}`, code);
      if (!this.#codes.has(language)) this.#codes.set(language, code);
    }
  }

  /** The code of a language in this region, else in the region where most of its speakers are, else in any. */
  codeOf(tag: string): string | undefined {
    // Norwegian is asked for by two names.
    const locale = localeOf(tag.replace(/^nb\b/i, 'no'));
    if (!locale) return undefined;
    const { language, script, region } = locale;
    const usual = new Intl.Locale(script ? `${language}-${script}` : language).maximize().region;
    return (
      this.#codes.get(`${language}-${region}`) ??
      this.#codes.get(`${language}-${usual}`) ??
      this.#codes.get(language)
    );
  }
}
