/** `21` as `21st`, where espeak-ng reads such an ending. */
export function ordinal(text: string, language: string): string | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const number = Number(text);
  const endings = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' };
  switch (language.split('-')[0]) {
    case 'en':
      return `${number}${endings[new Intl.PluralRules('en', { type: 'ordinal' }).select(number)]}`;
    case 'es':
    case 'it':
    case 'pt':
      return `${number}º`;
    case 'fr':
      return number === 1 ? '1er' : undefined;
    case 'sv':
      return `${number}:${/(^|[^1])[12]$/.test(text) ? 'a' : 'e'}`;
    default:
      return undefined;
  }
}

const parts = ['half', 'third', 'quarter', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** `3 1/2` as "3 and 1 half"; other languages than English decline their parts. */
export function fraction(text: string, language: string): string | undefined {
  const [, whole, above = '', below = ''] =
    /^(?:(\d{1,6})(?:\s+|\s*\+\s*))?(\d{1,6})\s*[/⁄]\s*(\d{1,6})$/.exec(text) ?? [];
  if (!below || !language.startsWith('en')) return undefined;
  const number = Number(above);
  const part = parts[Number(below) - 2];
  const plural = part === 'half' ? 'halves' : `${part}s`;
  const said = part === undefined ? `over ${Number(below)}` : number === 1 ? part : plural;
  return `${whole ? `${whole} and ` : ''}${number} ${said}`;
}
