import type { Voices } from '../ports/speech.ts';
import { isLanguage, standardForm } from './language-names.ts';
import { providerOf } from './provider-of.ts';
import type { Espeak } from './tts/espeak.ts';

/** What can be said of a flow's voices: by the engine where it is installed, else by the names of languages alone. */
export async function knownVoices(engine: Espeak): Promise<Voices> {
  const speaks = await engine.speaks().catch(() => isLanguage);
  return {
    isAvailable: (provider) => provider === engine.name,
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
