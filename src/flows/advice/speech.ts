import type { Problem } from '../../core/errors.ts';
import { language as schema } from '../../ports/prompt-options.ts';
import type { Voices } from '../../ports/speech.ts';
import { fixedText, listIn, objectIn } from '../written.ts';
import type { WrittenAction, WrittenList } from './list.ts';

/** Languages nobody speaks, providers nobody can ask, and voices nobody has, of actions that speak: others name who is to hear. */
export function voices({ actions }: WrittenList, known: Voices): readonly Problem[] {
  const speaking = actions.filter(({ type }) => type.speaks);
  return [
    ...speaking.flatMap((action) => [...ofVoice(action, known), ...at(action, provider(action, known))]),
    ...speaking.flatMap(promptsOf).flatMap((prompt) => ofVoice(prompt, known)),
  ];
}

/** Whatever speaks. */
type Speaking = Pick<WrittenAction, 'path' | 'option'>;

/** The texts of its lists of prompts: each may have a language and a voice of its own. */
function promptsOf({ path, type, option }: WrittenAction): readonly Speaking[] {
  const lists = type.ssml.flatMap((pattern) => /^(\w+)\.\*\.text$/.exec(pattern)?.[1] ?? []);
  return lists.flatMap((key) =>
    listIn(option[key]).map((prompt, index) => ({
      path: `${path}.${key}[${index}]`,
      option: objectIn(prompt),
    })),
  );
}

function ofVoice(speaking: Speaking, known: Voices): readonly Problem[] {
  return at(speaking, [...language(speaking, known), ...voice(speaking, known)]);
}

function at({ path: base }: Speaking, problems: readonly Problem[]): readonly Problem[] {
  return problems.map(({ path, message }) => ({ path: `${base}.${path}`, message }));
}

function language({ option }: Speaking, known: Voices): Problem[] {
  const written = fixedText(option.language);
  const message = schema.safeParse(written).success ? known.languageProblem(written) : undefined;
  return message === undefined ? [] : [{ path: 'language', message }];
}

/** What is said anyway is said by another engine, in a voice of its own. */
function provider({ option }: Speaking, known: Voices): Problem[] {
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

function voice({ option }: Speaking, known: Voices): Problem[] {
  const [named, provider] = [fixedText(option.voice_id), fixedText(option.provider)];
  const message = named === '' ? undefined : known.voiceProblem(named, provider || undefined);
  return message === undefined ? [] : [{ path: 'voice_id', message }];
}

function instead(known: Voices): string {
  return ['gcp', 'aws', 'openai'].find((provider) => known.isAvailable(provider)) ?? 'the local engine';
}
