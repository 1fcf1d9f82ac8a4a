import * as z from 'zod';
import type { ActionJson } from '../ports/action-json.ts';
import type { FlowDefaults, FlowToRun } from '../ports/flow-to-run.ts';
import { musicName } from '../ports/music.ts';
import { language } from '../ports/prompt-options.ts';
import type { Action } from './action.ts';
import type { ActionCatalogue } from './load-actions.ts';
import { hasPlaceholder, substitute } from './substitute.ts';
import { listIn, objectIn, type WrittenOption } from './written.ts';

/** Nothing is given. */
export const noDefaults: Required<FlowDefaults> = { language: '', voice: '', barge_in: false, music: '' };

/** What the actions of a flow take that do not say it themselves. */
export const flowDefaults = z.strictObject({
  language: z
    .union([z.literal(''), language, z.string().max(128).refine(hasPlaceholder)], {
      error: 'expected a language such as en-US, or a variable with one',
    })
    .default('')
    .meta({
      description: 'of all that is said and heard; empty: as each action has it',
      examples: ['de-DE'],
    }),
  voice: z
    .string()
    .max(128)
    .default('')
    .meta({
      description: '`voice_id` of what says nothing of its voice and language itself; empty: none',
      examples: ['de+f3'],
    }),
  barge_in: z
    .boolean()
    .default(false)
    .meta({ description: 'whether a digit ends a prompt', examples: [true] }),
  music: z
    .union([musicName, z.string().max(255).refine(hasPlaceholder)], {
      error: 'expected sound:<name>, of a sound of yours, or a variable with one',
    })
    .default('')
    .meta({ description: 'the music on hold; empty: the usual', examples: ['sound:my/music'] }),
});

/** With the values that its variables have now; what comes to nothing is as if it were not there. */
export function resolved(defaults: FlowDefaults, lookUp: (name: string) => string): FlowDefaults {
  const { option } = substitute(
    { language: defaults.language, voice: defaults.voice, music: defaults.music ?? '' },
    lookUp,
  );
  // An option is substituted once more, and what a value says is not to be read again.
  const [language, voice, music] = [option.language, option.voice, option.music].map((value) =>
    typeof value === 'string' && !value.includes('${') ? value : '',
  );
  const { barge_in } = defaults;
  return { language: language ?? '', voice: voice ?? '', barge_in, music: music ?? '' };
}

/** An option with what its flow gives it, and so are those of the lists in it. */
export function withDefaults(
  type: Action,
  option: WrittenOption,
  defaults: FlowDefaults,
  catalogue: ActionCatalogue,
): WrittenOption {
  const takes = keysOf(type);
  const lists = type.nested.filter((key) => Array.isArray(option[key]));
  const given = Object.entries(givenTo(option, defaults)).filter(
    ([key]) => takes.has(key) && !(key in option),
  );
  if (given.length + lists.length === 0) return option;
  return {
    ...option,
    ...Object.fromEntries(given),
    ...Object.fromEntries(
      lists.map((key) => [key, allWithDefaults(listIn(option[key]), defaults, catalogue)]),
    ),
  };
}

/** A stored flow that is run inside another one: its own defaults go before that one's. */
export function withOwnDefaults<F extends FlowToRun>(flow: F, catalogue: ActionCatalogue): F {
  const { actions, defaults } = flow;
  if (!defaults) return flow;
  return { ...flow, actions: allWithDefaults(actions, defaults, catalogue) as readonly ActionJson[] };
}

/** All actions of a list with what their flow gives them. */
export function allWithDefaults(
  actions: readonly unknown[],
  defaults: FlowDefaults,
  catalogue: ActionCatalogue,
): readonly unknown[] {
  return actions.map((action) => {
    const { type, option } = objectIn(action);
    const known = catalogue.get(String(type));
    if (!known) return action;
    const filled = withDefaults(known, objectIn(option), defaults, catalogue);
    return Object.keys(filled).length === 0 ? action : { ...objectIn(action), option: filled };
  });
}

/** A voice belongs to a language and an engine: where an action chooses one of these, the voice of its flow is not meant. */
function givenTo(
  option: WrittenOption,
  { language, voice, barge_in, music = '' }: FlowDefaults,
): WrittenOption {
  const hasOwnVoice = ['language', 'voice_id', 'provider', 'gender'].some((key) => key in option);
  return {
    ...(language !== '' && { language }),
    ...(voice !== '' && !hasOwnVoice && { voice_id: voice }),
    ...(barge_in && { digits_handle: 'next', barge_in }),
    ...(music !== '' && { music }),
  };
}

function keysOf({ option }: Action): ReadonlySet<string> {
  return new Set(option instanceof z.ZodObject ? Object.keys(option.shape) : []);
}
