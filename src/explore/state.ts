import type { ActionJson } from '../ports/action-json.ts';
import type { Differences } from './differences.ts';
import type { State } from './known-states.ts';
import type { WaysAhead } from './ways-ahead.ts';

/** What can make what comes behind an action another thing. */
export interface Situation {
  readonly action: ActionJson;
  /** Where the flow is, beside the action; and whether that is its own list. */
  readonly around: string;
  readonly isMain: boolean;
  readonly get: (name: string) => string;
  readonly isSet: (name: string) => boolean;
  /** Of the call: what it hears, what it has not been told. */
  readonly call: readonly (string | number | boolean)[];
  /** When it began, for whatever asks what time it is. */
  readonly start: string;
}

const asksTime = ['condition_datetime', 'condition_schedule'];

/** The same for situations that go on alike: what nobody will ask for any more is left out. */
export function stateOf(situation: Situation, ahead: WaysAhead, differences: Differences): State {
  const { action, around, isMain, get, isSet, call, start } = situation;
  const known = isMain ? ahead.of(action.id) : undefined;
  const live = isMain ? ahead.live(action.id) : undefined;
  const compared = live
    ? [...live.compares]
    : differences.names.filter((name) => differences.isCompared(name));
  const read = live ? [...live.reads] : differences.names;
  const isTimed = !known || asksTime.some((type) => known.types.has(type));
  return {
    place: `${around} ${action.id}`,
    facts: [
      ...compared.map(get),
      read.map((name) => (isSet(name) ? 1 : 0)).join(''),
      call.join(),
      isTimed ? start : '',
    ],
  };
}
