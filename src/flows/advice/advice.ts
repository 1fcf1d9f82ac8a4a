import type { Problem } from '../../core/errors.ts';
import type { Voices } from '../../ports/speech.ts';
import type { ActionCatalogue } from '../load-actions.ts';
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
}

/** More tell nobody anything. */
const mostTold = 500;

/** What is allowed in a flow and yet hardly meant, beyond what one action knows of itself: each with its path. */
export function adviceOn(
  input: unknown,
  { catalogue, base = 'actions', voices: known }: AdviceOptions,
): readonly Problem[] {
  const rules: readonly ((list: WrittenList) => readonly Problem[])[] = [
    brokenPlaceholders,
    unsetVariables,
    impossibleValues,
    numbersWithBlanks,
    (list) => voices(list, known),
  ];
  const lists = listsIn(input, catalogue, base);
  return lists.flatMap((list) => rules.flatMap((rule) => rule(list))).slice(0, mostTold);
}
