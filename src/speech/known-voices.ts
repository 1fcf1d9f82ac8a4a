import type { Voices } from '../ports/speech.ts';
import { isLanguage, standardForm } from './language-names.ts';
import { providerOf } from './provider-of.ts';
import type { Espeak } from './tts/espeak.ts';
import type { Tts } from './tts.ts';

/**
 * What can be said of a flow's voices: of languages by the local engine where it is installed, else by their names alone; of
 * providers by all engines there are.
 */
export async function knownVoices(local: Espeak, engines: readonly Tts[] = []): Promise<Voices> {
  const speaks = await local.speaks().catch(() => isLanguage);
  return {
    isAvailable: (provider) =>
      provider === local.name || engines.some((engine) => engine.name === provider && engine.isAvailable()),
    providerOf,
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
