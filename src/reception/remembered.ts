import { now } from '../core/clock.ts';
import { StoreError } from '../core/store-error.ts';
import { within } from '../core/wait.ts';

/** How long what the store has said last is good enough while it says nothing, in milliseconds. */
const memory = 60_000;

/** How long the store may take where there is that to go by. */
const patience = 1_000;

interface Answer<V> {
  readonly value: V;
  readonly at: number;
}

/** Asks the store; while it is away the last answer stands, if that is not too old: callers are not to hear of it. */
export function remembered<V>(ask: (key: string) => Promise<V>, most: number): (key: string) => Promise<V> {
  const answers = new Map<string, Answer<V>>();
  const isFresh = ({ at }: Answer<V>): boolean => now() - at <= memory;
  const remember = (key: string, value: V): Answer<V> => {
    const answer = { value, at: now() };
    answers.delete(key); // so that the oldest are in front
    answers.set(key, answer);
    for (const [oldest, known] of answers) {
      if (answers.size <= most && isFresh(known)) break;
      answers.delete(oldest);
    }
    return answer;
  };
  return async (key) => {
    const asked = ask(key).then((value) => remember(key, value));
    const last = answers.get(key);
    if (!last || !isFresh(last)) return (await asked).value;
    try {
      return ((await within(asked, patience)) ?? last).value;
    } catch (error) {
      if (error instanceof StoreError) return last.value;
      throw error;
    }
  };
}
