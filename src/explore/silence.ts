/** A stretch of time, in milliseconds since the call began. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Who hears nothing for longer than this thinks that he is cut off. */
export const longestSilence = 10_000;

/** When the caller hears something, or knows that it is his turn; all else is silence. */
export class Silence {
  #heardUntil: number | undefined;
  #music: number | undefined;

  /** Until the call is answered he hears his own phone. */
  begin(at: number): void {
    this.#heardUntil ??= at;
  }

  /** He has heard something; answers the silence before, where it was too long. */
  hear({ from, to }: Stretch): Stretch | undefined {
    const since = this.#since(from);
    if (this.#heardUntil !== undefined) this.#heardUntil = Math.max(this.#heardUntil, to);
    return since !== undefined && from - since > longestSilence ? { from: since, to: from } : undefined;
  }

  /** Music that goes on until it is stopped. */
  playMusic(at: number): Stretch | undefined {
    const silence = this.hear({ from: at, to: at });
    this.#music ??= at;
    return silence;
  }

  stopMusic(at: number): void {
    if (this.#music !== undefined) this.hear({ from: at, to: at });
    this.#music = undefined;
  }

  /** Milliseconds since he has last heard something. */
  lengthAt(at: number): number {
    return Math.max(0, at - (this.#since(at) ?? at));
  }

  #since(at: number): number | undefined {
    return this.#music === undefined ? this.#heardUntil : at;
  }
}
