import { localeOf } from '../core/language-names.ts';

/** The languages of a provider, by its own codes of them. */
export class Languages {
  readonly #written: string;
  #read: ReadonlyMap<string, string> | undefined;

  /** Of codes with a region, parted by blanks; of a language without a usual region among them the first is taken. */
  constructor(codes: string) {
    this.#written = codes;
  }

  /** The code of a language in this region, else in the region where most of its speakers are, else in any. */
  codeOf(tag: string): string | undefined {
    // Norwegian is asked for by two names.
    const locale = localeOf(tag.replace(/^nb\b/i, 'no'));
    if (!locale) return undefined;
    const { language, script, region } = locale;
    const usual = new Intl.Locale(script ? `${language}-${script}` : language).maximize().region;
    this.#read ??= read(this.#written);
    return (
      this.#read.get(`${language}-${region}`) ??
      this.#read.get(`${language}-${usual}`) ??
      this.#read.get(language)
    );
  }
}

function read(codes: string): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const code of codes.trim().split(/\s+/)) {
    const { language, region } = new Intl.Locale(code);
    known.set(`${language}-${region}`, code);
    if (!known.has(language)) known.set(language, code);
  }
  return known;
}
