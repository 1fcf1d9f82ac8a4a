import type { Dialog } from './dialog.ts';
import type { Heard } from './heard.ts';
import { until } from './until.ts';

/** Milliseconds that are judged at a time, and from one such stretch to the next. */
const [stretch, step] = [150, 50];

/** Up to where each has been listened to. */
const listenedTo = new WeakMap<Heard, number>();

/**
 * Waits for tones, one behind the other, and behind those that were waited for before: none is missed, however late this process
 * gets to what has come.
 */
export async function hearsInTurn({ heard }: Dialog, ...tones: readonly number[]): Promise<void> {
  for (const hertz of tones)
    await until(() => isNext(heard, hertz), { what: () => `${hertz} Hz (${heard.describe()})` });
}

function isNext(heard: Heard, hertz: number): boolean {
  let at = listenedTo.get(heard) ?? heard.firstSoundAt() ?? Number.POSITIVE_INFINITY;
  for (; at + stretch <= (heard.endedAt ?? 0); at += step) {
    listenedTo.set(heard, at + step);
    if (heard.toneAt(hertz, at, at + stretch) > 0.7) return true;
  }
  return false;
}
