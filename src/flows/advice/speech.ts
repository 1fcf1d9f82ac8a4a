import type { Problem } from '../../core/errors.ts';
import { language as schema } from '../option-schemas.ts';
import { fixedText } from '../written.ts';
import type { WrittenAction, WrittenList } from './list.ts';

/** What is known of the engines that speak. */
export interface Voices {
  /** Whether a provider can be asked here: its credentials are there. */
  isAvailable(provider: string): boolean;
  /** Whose voice this is; `undefined` where its name does not say it. */
  providerOf(voice: string): string | undefined;
  /** Why nobody here speaks a language; `undefined` where somebody does, or that cannot be said. */
  languageProblem(language: string): string | undefined;
}

/** Languages nobody speaks, and providers nobody can ask. */
export function voices({ actions }: WrittenList, known: Voices): readonly Problem[] {
  return actions.flatMap((action) =>
    [...language(action, known), ...provider(action, known)].map(({ path, message }) => ({
      path: `${action.path}.${path}`,
      message,
    })),
  );
}

function language({ option }: WrittenAction, known: Voices): Problem[] {
  const written = fixedText(option.language);
  const message = schema.safeParse(written).success ? known.languageProblem(written) : undefined;
  return message === undefined ? [] : [{ path: 'language', message }];
}

/** What is said anyway is said by another engine, in a voice of its own. */
function provider({ option }: WrittenAction, known: Voices): Problem[] {
  const [named, voice] = [fixedText(option.provider), fixedText(option.voice_id)];
  if (named !== '') {
    if (known.isAvailable(named)) return [];
    const message = `there are no credentials for ${named} here: the local engine speaks instead`;
    return [{ path: 'provider', message }];
  }
  const owner = voice === '' ? undefined : known.providerOf(voice);
  if (owner === undefined || known.isAvailable(owner)) return [];
  const message = `a voice of ${owner}, for which there are no credentials here: the local engine speaks instead, in a voice of its own`;
  return [{ path: 'voice_id', message }];
}
