import type { LiveEvent, LiveEvents, Position } from '../news/live-events.ts';

/** In characters, written at once. */
const mostText = 65_536;

/** The next events that a reader is sent: nothing where they are none of his. */
export interface Portion {
  readonly text: Buffer;
  /** Where he is behind it. */
  readonly position: Position;
}

/** Of some events; none for all. */
export type Wants = ((event: LiveEvent) => boolean) | undefined;

/** What some want, for however many: what one of them is sent is made once for those who are as far as he is. */
export class Portions {
  readonly live: LiveEvents;
  readonly #wants: Wants;
  #made: (Portion & { readonly from: Position; readonly last: Position }) | undefined;

  constructor(live: LiveEvents, wants?: Wants) {
    this.live = live;
    this.#wants = wants;
  }

  /** `undefined` where what comes next is not kept any more. */
  behind(from: Position): Portion | undefined {
    const { last } = this.live;
    if (this.#made?.from === from && this.#made.last === last) return this.#made;
    if (!this.live.reaches(from)) return undefined;
    this.#made = { ...this.#make(from), from, last };
    return this.#made;
  }

  #make(from: Position): Portion {
    let [text, position] = ['', from];
    for (let event = this.live.behind(from); event && text.length < mostText; ) {
      position = event.number;
      if (this.#wants?.(event) !== false) text += `id: ${this.live.run}-${position}\ndata: ${event.text}\n\n`;
      event = this.live.behind(position);
    }
    return { text: Buffer.from(text), position };
  }
}

/** The portions of those who ask for the same. */
export class SharedPortions {
  readonly #byQuestion = new Map<string, { readonly portions: Portions; readers: number }>();

  /** For one reader, until it is disposed. */
  join(question: string, make: () => Portions): Disposable & { readonly portions: Portions } {
    const shared = this.#byQuestion.get(question) ?? { portions: make(), readers: 0 };
    this.#byQuestion.set(question, shared);
    shared.readers += 1;
    return {
      portions: shared.portions,
      [Symbol.dispose]: () => {
        shared.readers -= 1;
        if (shared.readers === 0) this.#byQuestion.delete(question);
      },
    };
  }
}
