import { standardForm } from '../../core/language-names.ts';

/** What Google calls otherwise than the standard does. */
const otherNames: Readonly<Record<string, string>> = {
  ar: 'ar-XA', zh: 'cmn-CN', 'zh-CN': 'cmn-CN', 'zh-SG': 'cmn-CN', 'zh-TW': 'cmn-TW', 'zh-HK': 'yue-HK', cmn: 'cmn-CN', yue: 'yue-HK',
  no: 'nb-NO', 'no-NO': 'nb-NO', nb: 'nb-NO', tl: 'fil-PH', fil: 'fil-PH', iw: 'he-IL', es: 'es-ES',
}; // biome-ignore format: a table

/** A language as Google names it, with the usual region where it has none. */
export function googleLanguage(language: string): string {
  const standard = standardForm(language) ?? language;
  const other = otherNames[standard];
  if (other) return other;
  if (standard.includes('-')) return standard;
  const { region } = new Intl.Locale(standard).maximize();
  return region ? `${standard}-${region}` : standard;
}

/** `de-DE-Chirp3-HD-Achernar` → `de-DE`: a voice is asked for with its own language. */
export function languageOfVoice(voice: string): string | undefined {
  return /^([a-z]{2,3}-[A-Z]{2})-/.exec(voice)?.[1];
}
