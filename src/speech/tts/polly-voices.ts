import { standardForm } from '../../core/language-names.ts';
import type { SynthesisRequest } from '../tts.ts';

export type PollyEngine = 'standard' | 'neural' | 'generative';

export interface PollyVoice {
  readonly name: string;
  readonly gender: 'female' | 'male';
  /** What speaks in it, the better one first. */
  readonly engines: readonly PollyEngine[];
}

/**
 * The voices of Amazon Polly by language; the first of a gender is the usual one. F, M: gender; n, s, g: neural, standard, generative.
 * <https://docs.aws.amazon.com/polly/latest/dg/available-voices.html>
 */
const table = `
ar-AE    Hala:Fn Zayd:Mn
arb      Zeina:Fs
ca-ES    Arlet:Fn
cmn-CN   Zhiyu:Fns
cs-CZ    Jitka:Fn
cy-GB    Gwyneth:Fs
da-DK    Sofie:Fn Naja:Fs Mads:Ms
de-AT    Hannah:Fn
de-CH    Sabrina:Fn
de-DE    Vicki:Fns Marlene:Fs Daniel:Mn Hans:Ms
en-AU    Olivia:Fn Nicole:Fs Russell:Ms
en-GB    Amy:Fns Emma:Fns Brian:Mns Arthur:Mn
en-GB-WLS Geraint:Ms
en-IE    Niamh:Fn
en-IN    Kajal:Fn Aditi:Fs Raveena:Fs
en-NZ    Aria:Fn
en-SG    Jasmine:Fn
en-US    Joanna:Fns Danielle:Fn Ivy:Fns Kendra:Fns Kimberly:Fns Ruth:Fn Salli:Fns Matthew:Mns Gregory:Mn Joey:Mns Justin:Mns Kevin:Mn Patrick:Mg Stephen:Mn
en-ZA    Ayanda:Fn
es-ES    Lucia:Fns Alba:Fg Conchita:Fs Sergio:Mn Enrique:Ms Raul:Mg
es-MX    Mia:Fns Andres:Mn
es-US    Lupe:Fns Penelope:Fs Pedro:Mn Miguel:Ms
fi-FI    Suvi:Fn
fr-BE    Isabelle:Fn
fr-CA    Gabrielle:Fn Chantal:Fs Liam:Mn
fr-FR    Lea:Fns Celine:Fs Remi:Mn Mathieu:Ms
hi-IN    Kajal:Fn Aditi:Fs
is-IS    Dora:Fs Karl:Ms
it-IT    Bianca:Fns Carla:Fs Adriano:Mn Giorgio:Ms
ja-JP    Kazuha:Fn Tomoko:Fn Mizuki:Fs Takumi:Mns
ko-KR    Seoyeon:Fns Jihye:Fn
nb-NO    Ida:Fn Liv:Fs
nl-BE    Lisa:Fn
nl-NL    Laura:Fn Lotte:Fs Ruben:Ms
pl-PL    Ola:Fn Ewa:Fs Maja:Fs Jacek:Ms Jan:Ms
pt-BR    Camila:Fns Vitoria:Fns Thiago:Mn Ricardo:Ms
pt-PT    Ines:Fns Cristiano:Ms
ro-RO    Carmen:Fs
ru-RU    Tatyana:Fs Maxim:Ms
sv-SE    Elin:Fn Astrid:Fs
tr-TR    Burcu:Fn Filiz:Fs
yue-CN   Hiujin:Fn`;

const engines: Readonly<Record<string, PollyEngine>> = { n: 'neural', s: 'standard', g: 'generative' };

const byLanguage: ReadonlyMap<string, readonly PollyVoice[]> = new Map(
  table
    .trim()
    .split('\n')
    .map((line) => {
      const [language = '', ...voices] = line.split(/\s+/);
      return [language.toLowerCase(), voices.map(voiceOf)] as const;
    }),
);

const byName = new Map([...byLanguage.values()].flat().map((voice) => [voice.name, voice]));

function voiceOf(written: string): PollyVoice {
  const [name = '', kind = ''] = written.split(':');
  return {
    name,
    gender: kind.startsWith('M') ? 'male' : 'female',
    engines: [...kind.slice(1)].map((letter) => engines[letter] ?? 'neural'),
  };
}

/** What Polly calls them otherwise than people do. */
const otherNames: Readonly<Record<string, string>> = {
  ar: 'arb', zh: 'cmn-CN', 'zh-cn': 'cmn-CN', cmn: 'cmn-CN', 'zh-hk': 'yue-CN', yue: 'yue-CN', 'yue-hk': 'yue-CN', no: 'nb-NO',
  'no-no': 'nb-NO', en: 'en-US', es: 'es-US', fr: 'fr-FR', de: 'de-DE', nl: 'nl-NL', pt: 'pt-BR',
}; // biome-ignore format: a table

/** The voice of a name, written with its accents or without. */
export function pollyVoice(name: string): PollyVoice | undefined {
  return byName.get(name.normalize('NFD').replace(/\p{M}/gu, ''));
}

/** The voices of a language; of its other regions where it has none for its own. */
export function pollyVoicesOf(language: string): readonly PollyVoice[] {
  const tag = (standardForm(language) ?? language).toLowerCase();
  const [base = ''] = tag.split('-');
  const other = (key: string) => byLanguage.get((otherNames[key] ?? key).toLowerCase());
  const ofBase = [...byLanguage].find(([key]) => key.startsWith(`${base}-`))?.[1];
  return other(tag) ?? other(base) ?? ofBase ?? [];
}

/** The usual voice of a language, of a gender where there is one; one that the standard engine speaks, where that is needed. */
export function usualPollyVoice(
  { language, gender }: Pick<SynthesisRequest, 'language' | 'gender'>,
  needsStandard: boolean,
): PollyVoice | undefined {
  const all = pollyVoicesOf(language);
  const ofGender = all.filter((voice) => voice.gender === gender);
  const isStandard = ({ engines }: PollyVoice): boolean => engines.includes('standard');
  return (
    (needsStandard && (ofGender.find(isStandard) ?? (gender ? undefined : all.find(isStandard)))) ||
    ofGender[0] ||
    all[0]
  );
}
