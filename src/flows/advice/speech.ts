import type { Problem } from '../../core/errors.ts';
import { language as schema } from '../../ports/prompt-options.ts';
import type { Voices } from '../../ports/speech.ts';
import { fixedText } from '../written.ts';
import type { WrittenAction, WrittenList } from './list.ts';

/** Languages nobody speaks, providers nobody can ask, and voices nobody has, of actions that speak: others name who is to hear. */
export function voices({ actions }: WrittenList, known: Voices): readonly Problem[] {
  const speaking = actions.filter(({ type }) => type.speaks);
  return speaking.flatMap((action) =>
    [...language(action, known), ...provider(action, known), ...voice(action, known)].map(
      ({ path, message }) => ({ path: `${action.path}.${path}`, message }),
    ),
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
    const message = `there are no credentials for ${named} here: ${instead(known)} speaks instead`;
    return [{ path: 'provider', message }];
  }
  const owner = voice === '' ? undefined : known.providerOf(voice);
  if (owner === undefined || known.isAvailable(owner)) return [];
  const message = `a voice of ${owner}, for which there are no credentials here: ${instead(known)} speaks instead, in a voice of its own`;
  return [{ path: 'voice_id', message }];
}

function voice({ option }: WrittenAction, known: Voices): Problem[] {
  const [named, provider] = [fixedText(option.voice_id), fixedText(option.provider)];
  const message = named === '' ? undefined : known.voiceProblem(named, provider || undefined);
  return message === undefined ? [] : [{ path: 'voice_id', message }];
}

function instead(known: Voices): string {
  return ['gcp', 'aws', 'openai'].find((provider) => known.isAvailable(provider)) ?? 'the local engine';
}
