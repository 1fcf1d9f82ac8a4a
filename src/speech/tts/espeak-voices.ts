import { ActionError } from '../../core/errors.ts';
import type { SynthesisRequest } from '../tts.ts';
import type { EspeakVoice } from './espeak-ssml.ts';

/** What an installed espeak-ng can do. */
export interface Installed {
  /** Language → voice. */
  readonly voices: ReadonlyMap<string, string>;
  /** Variants of every voice, as they are asked for → as espeak-ng calls them. */
  readonly variants: ReadonlyMap<string, string>;
  /** Whether it draws its noise anew each second unless told not to (from 1.52 on). */
  readonly drawsLots: boolean;
}

export interface ChosenVoice extends EspeakVoice {
  /** As `-v` takes it: `en-us+f3`. */
  readonly name: string;
}

/** In Hz: as high as its men and its women speak. */
const usualPitches = { low: 100, high: 205 };

/**
 * The wanted voice (`en-gb-scotland`, `de+f2`), else the usual one of the language.
 * @throws ActionError `UNKNOWN_VOICE`, `UNKNOWN_LANGUAGE`
 */
export function chooseVoice(installed: Installed, request: SynthesisRequest): ChosenVoice {
  const { voices, variants } = installed;
  const { language, voice, gender } = request;
  if (voice) {
    const [base = '', variant, ...rest] = voice.toLowerCase().split('+');
    const named = voices.get(base);
    const varied = variant === undefined ? '' : variants.get(variant);
    if (named === undefined || varied === undefined || rest.length > 0) throw unknownVoice();
    return chosen(named, varied);
  }
  const found = voiceOf(installed, language);
  if (!found) throw new ActionError('UNKNOWN_LANGUAGE', `the local engine does not speak ${language}`);
  return chosen(found, gender === 'female' ? 'f3' : gender === 'male' ? 'm3' : '');
}

/** The usual voice of a language. */
export function voiceOf({ voices }: Installed, language: string): string | undefined {
  const tag = language.toLowerCase();
  return voices.get(tag) ?? voices.get(tag.split('-')[0] ?? '');
}

function chosen(language: string, variant: string): ChosenVoice {
  const isHigh = /^f\d/.test(variant);
  return {
    name: variant ? `${language}+${variant}` : language,
    language,
    usualPitch: usualPitches[isHigh ? 'high' : 'low'],
  };
}

function unknownVoice(): ActionError {
  return new ActionError(
    'UNKNOWN_VOICE',
    'voice_id: the local engine has no such voice; expected one such as en-gb, de or en-us+f3',
  );
}

/** From what espeak-ng says of itself: `--voices`, `--voices=variant`, `--version`. */
export function parseInstalled(voices: string, variants: string, version: string): Installed {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return {
    voices: parseVoices(voices),
    variants: parseVariants(variants),
    drawsLots: Number(major) > 1 || Number(minor) >= 52,
  };
}

interface Voice {
  readonly name: string;
  /** Of several that speak a language the lowest is the usual one; 0: the language's own. */
  readonly rank: number;
}

/** Of lines of `Pty Language Age/Gender VoiceName File Other-Languages`, the last like `(zh 5)(zh-cmn 5)`. */
function parseVoices(listing: string): ReadonlyMap<string, string> {
  const voices = new Map<string, Voice>();
  const add = (language: string, voice: Voice): void => {
    const known = voices.get(language.toLowerCase());
    if (!known || voice.rank < known.rank) voices.set(language.toLowerCase(), voice);
  };
  for (const line of listing.split('\n').slice(1)) {
    const [, name] = line.trim().split(/\s+/);
    if (!name) continue;
    add(name, { name, rank: 0 });
    for (const [, language = '', rank] of line.matchAll(/\(([A-Za-z][\w-]*) (\d+)\)/g))
      add(language, { name, rank: Number(rank) });
    add(name.split('-')[0] ?? '', { name, rank: Number.MAX_VALUE });
  }
  const found = new Map([...voices].map(([language, { name }]) => [language, name]));
  // English without a region is American, as everywhere else.
  prefer(found, 'en-us', ['en']);
  // The plain voice of 1.51 reads Chinese as if its transcription were English.
  prefer(found, 'cmn-latn-pinyin', ['cmn', 'zh', 'zh-cmn']);
  return found;
}

function prefer(voices: Map<string, string>, name: string, languages: readonly string[]): void {
  if (voices.has(name)) for (const language of languages) voices.set(language, voices.get(name) ?? name);
}

/** Of lines like ` 5  variant  --/F  Annie  !v/Annie`; the file's name is what is asked for. */
function parseVariants(listing: string): ReadonlyMap<string, string> {
  const names = [...listing.matchAll(/\s!v\/([A-Za-z0-9]+)\s/g)].map(([, name = '']) => name);
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}
