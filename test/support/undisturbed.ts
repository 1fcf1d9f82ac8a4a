import { expect } from 'vitest';
import type { Heard } from './heard.ts';
import { wallTime } from './wall-time.ts';

const packetMs = 20;

/** Windows in which the tone is looked for, in milliseconds. */
const window = 100;

/** A call that is listened to from now on: what disturbs it is heard, and what only keeps this process from listening is not. */
export class Ear {
  readonly #heard: Heard;
  readonly #tone: number;
  readonly #from = wallTime();
  readonly #packets: number;

  constructor(heard: Heard, tone: number) {
    this.#heard = heard;
    this.#tone = tone;
    this.#packets = heard.packets;
  }

  get hears(): boolean {
    return this.#heard.hears(this.#tone);
  }

  /** Until now: one sender, no packet lost, as much audio as there was time for, and that is the tone. */
  end(): () => void {
    const elapsed = wallTime() - this.#from;
    const audio = (this.#heard.packets - this.#packets) * packetMs;
    return () => {
      const { lost, senders } = this.#heard;
      const tone = this.#share(elapsed);
      // Where others use the machine too Asterisk plays a file somewhat slower than it should.
      const isWhole = audio > 0.85 * elapsed - 500;
      expect(
        { lost, senders, isWhole, isTone: tone > 0.5 },
        `${audio} of ${Math.round(elapsed)} ms, ${tone}`,
      ).toEqual({
        lost: 0,
        senders: 1,
        isWhole: true,
        isTone: true,
      });
    };
  }

  /** In how much of the time it was heard: in less of it, where this process was kept from listening. */
  #share(elapsed: number): number {
    const count = Math.floor(elapsed / window);
    const windows = Array.from({ length: count }, (_, index) => this.#from + index * window);
    const good = windows.filter((at) => this.#heard.toneAt(this.#tone, at, at + window) > 0.7);
    return good.length / Math.max(1, count);
  }
}
