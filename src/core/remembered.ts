import { now } from './clock.ts';
import { Living } from './living.ts';
import { StoreError } from './store-error.ts';
import { within } from './wait.ts';

/** How long what the store has said last is good enough while it says nothing, in milliseconds. */
const memory = 60_000;

/** How long the store may take where there is that to go by. */
const patience = 1_000;

interface Answer<V> {
  readonly value: V;
  /** When it was true. */
  readonly at: number;
  readonly edition: number | undefined;
}

/** Grows with every change of what is asked for; `undefined` where others change it too. */
type Edition = () => number | undefined;

/**
 * Asks the store, unless what it said is still true by its edition. While it is away the last answer stands, if that is not too
 * old: callers are not to hear of it.
 */
export function remembered<V>(
  ask: (key: string) => Promise<V>,
  most: number,
  editionOf: Edition = () => undefined,
): (key: string) => Promise<V> {
  const answers = new Living<string, Answer<V>>();
  const isFresh = ({ at }: Answer<V>): boolean => now() - at <= memory;
  const remember = (key: string, value: V, edition: number | undefined): Answer<V> => {
    const answer = { value, at: now(), edition };
    answers.delete(key); // so that the oldest are in front
    answers.set(key, answer);
    for (const [oldest, known] of answers) {
      if (answers.size <= most && isFresh(known)) break;
      answers.delete(oldest);
    }
    return answer;
  };
  return async (key) => {
    const edition = editionOf();
    const last = answers.get(key);
    if (last && edition !== undefined && last.edition === edition)
      return remember(key, last.value, edition).value;
    const asked = ask(key).then((value) => remember(key, value, edition));
    if (!last || !isFresh(last)) return (await asked).value;
    try {
      return ((await within(asked, patience)) ?? last).value;
    } catch (error) {
      if (error instanceof StoreError) return last.value;
      throw error;
    }
  };
}
