import type { Problem } from '../../core/errors.ts';
import type { FlowDefaults } from '../../ports/flow-to-run.ts';
import type { HearingPort } from '../../ports/hearing.ts';
import type { Voices } from '../../ports/speech.ts';
import { allWithDefaults } from '../defaults.ts';
import type { ActionCatalogue } from '../load-actions.ts';
import { listIn } from '../written.ts';
import { adviceOnDefaults } from './defaults.ts';
import { hearers } from './hearing.ts';
import { impossibleValues } from './impossible-values.ts';
import { listsIn, type WrittenList } from './list.ts';
import { numbersWithBlanks } from './numbers.ts';
import { brokenPlaceholders } from './placeholders.ts';
import { voices } from './speech.ts';
import { unsetVariables } from './unset-variables.ts';

export interface AdviceOptions {
  readonly catalogue: ActionCatalogue;
  /** The path of the list itself; `actions` unless given. */
  readonly base?: string;
  /** What the engines of this machine can say. */
  readonly voices: Voices;
  /** Who listens on this machine, where that is known. */
  readonly hearing?: Pick<HearingPort, 'problemOf'> | undefined;
  /** What the actions take that do not say it themselves. */
  readonly defaults?: FlowDefaults | undefined;
}

/** More tell nobody anything. */
const mostTold = 500;

/** What is allowed in a flow and yet hardly meant, beyond what one action knows of itself: each with its path. */
export function adviceOn(
  input: unknown,
  { catalogue, base = 'actions', voices: known, hearing, defaults }: AdviceOptions,
): readonly Problem[] {
  const rules: readonly ((list: WrittenList) => readonly Problem[])[] = [
    brokenPlaceholders,
    unsetVariables,
    impossibleValues,
    numbersWithBlanks,
    (list) => voices(list, known),
  ];
  const lists = listsIn(input, catalogue, base);
  const ofDefaults = defaults ? adviceOnDefaults(defaults, lists[0], { catalogue, known }) : [];
  // Who can listen is a matter of the language, whoever says that.
  const filled = defaults
    ? listsIn(allWithDefaults(listIn(input), defaults, catalogue), catalogue, base)
    : lists;
  const ofHearers = hearing ? filled.flatMap((list) => hearers(list, hearing)) : [];
  return [...lists.flatMap((list) => rules.flatMap((rule) => rule(list))), ...ofHearers, ...ofDefaults].slice(
    0,
    mostTold,
  );
}
