import { randomOf } from '../../src/simulator/seeded.ts';
import { mutated } from './mutated-event.ts';
import { shuffled } from './random.ts';

/** What becomes of an event on its way: it is sent as it is, or otherwise, or not, or more than once. */
export type EventFault = (text: string, send: (text: string) => void) => void;

/** How many are kept back to change places, and how long at most. */
const together = 4;
const longestHold = 50;

export function typeOf(text: string): string {
  return String((JSON.parse(text) as { readonly type?: unknown }).type);
}

export const missing =
  (types: RegExp): EventFault =>
  (text, send) => {
    if (!types.test(typeOf(text))) send(text);
  };

export const duplicated: EventFault = (text, send) => {
  send(text);
  send(text);
};

/** Beside each comes one of a type that nobody knows, and one that is about nothing. */
export const accompanied: EventFault = (text, send) => {
  const event = JSON.parse(text) as object;
  send(JSON.stringify({ ...event, type: 'OfALaterAsterisk', surprise: { deep: [1, null, {}] } }));
  send('{"type":"ChannelUserevent"}');
  send(text);
};

/** They come in another order than they were sent. */
export function reordered(seed: number): EventFault {
  const random = randomOf(seed);
  const held: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  return (text, send) => {
    held.push(text);
    const release = (): void => {
      clearTimeout(timer);
      timer = undefined;
      for (const each of shuffled(random, held.splice(0))) send(each);
    };
    if (held.length >= together) release();
    else timer ??= setTimeout(release, longestHold);
  };
}

/** Each comes changed, `share` of them also as they were. */
export function changed(seed: number, share = 0): EventFault {
  const random = randomOf(seed);
  const before: object[] = [];
  return (text, send) => {
    const event = JSON.parse(text) as object;
    before.push(event);
    if (before.length > 100) before.shift();
    send(JSON.stringify(mutated(event, before, random)));
    if (random() < share) send(text);
  };
}
