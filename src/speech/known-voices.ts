import { isLanguage, standardForm } from '../core/language-names.ts';
import type { Voices } from '../ports/speech.ts';
import { providerOf } from './provider-of.ts';
import type { Espeak } from './tts/espeak.ts';
import type { Tts } from './tts.ts';

/**
 * What can be said of a flow's voices: of languages by the local engine where it is installed and alone, else by their names: which ones
 * a cloud speaks only it knows, and they become more. Of providers by all engines there are.
 */
export async function knownVoices(local: Espeak, engines: readonly Tts[] = []): Promise<Voices> {
  const speaksHere = await local.speaks().catch(() => isLanguage);
  const problemHere = await local.voiceProblem().catch(() => () => undefined);
  const hasOthers = engines.some((engine) => engine.name !== local.name && engine.isAvailable());
  const speaks = (language: string): boolean => speaksHere(language) || (hasOthers && isLanguage(language));
  return {
    isAvailable: (provider) =>
      provider === local.name || engines.some((engine) => engine.name === provider && engine.isAvailable()),
    providerOf,
    voiceProblem: (voice, provider) =>
      (provider ?? providerOf(voice) ?? (hasOthers ? undefined : local.name)) === local.name
        ? problemHere(voice)
        : undefined,
    languageProblem(language) {
      const standard = standardForm(language);
      const meant = standard === undefined || standard === language ? '' : `, did you mean ${standard}?`;
      if (!speaks(language)) return `no engine here speaks ${language}${meant}`;
      return regionOf(standard) === regionOf(language)
        ? undefined
        : `there is no such region: ${language}${meant}`;
    },
  };
}

function regionOf(tag = ''): string | undefined {
  return /-([a-z]{2})$/i.exec(tag)?.[1]?.toUpperCase();
}
