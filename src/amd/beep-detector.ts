/** Samples a second: telephone audio. */
const sampleRate = 8_000;

/** Samples that are judged together: 20 ms. */
const frameSize = 160;
const frameMs = 20;

/** What voicemail beeps with, in Hz. */
const lowest = 400;
const highest = 2_000;

/** Root mean square below which there is nothing to judge. */
const quiet = 150;

/** The share of the sound that must be at one frequency: more than of a voice, even of one that sings. */
const purity = 0.93;

/** How far a steady tone may seem to wander, in Hz. */
const wander = 20;

/** So long at least it must be steady, in milliseconds: the whole frames of a beep of 150 ms. */
const shortestBeep = 120;

/** A tone has ended when this many frames are without it; one may be spoilt on the way. */
const framesToEnd = 2;

/** Hears a beep in telephone audio: a steady tone, and its end. */
export class BeepDetector {
  readonly #frame = new Int16Array(frameSize);
  #filled = 0;
  #frequency = 0;
  #toneFrames = 0;
  #missing = 0;

  /** Takes the samples that come next; true where a beep has ended in them. */
  hear(samples: Int16Array): boolean {
    let hasEnded = false;
    for (const sample of samples) {
      this.#frame[this.#filled++] = sample;
      if (this.#filled < frameSize) continue;
      this.#filled = 0;
      hasEnded = this.#judge() || hasEnded;
    }
    return hasEnded;
  }

  #judge(): boolean {
    const frequency = toneOf(this.#frame);
    if (frequency !== undefined && this.#goesOn(frequency)) {
      this.#toneFrames += 1 + this.#missing;
      this.#missing = 0;
      return false;
    }
    this.#missing++;
    const isOver = this.#missing >= framesToEnd;
    const wasBeep = isOver && this.#toneFrames * frameMs >= shortestBeep;
    if (frequency !== undefined && (isOver || this.#toneFrames === 0)) this.#begin(frequency);
    else if (isOver) this.#toneFrames = 0;
    return wasBeep;
  }

  #goesOn(frequency: number): boolean {
    return this.#toneFrames > 0 && Math.abs(frequency - this.#frequency) <= wander;
  }

  #begin(frequency: number): void {
    this.#frequency = frequency;
    this.#toneFrames = 1;
    this.#missing = 0;
  }
}

/** The frequency of a frame that is hardly anything but one tone. */
function toneOf(frame: Int16Array): number | undefined {
  let energy = 0;
  for (const sample of frame) energy += sample * sample;
  if (energy < quiet * quiet * frame.length) return undefined;
  const share = (frequency: number): number => (2 * power(frame, frequency)) / (frame.length * energy);
  // In steps of half of what 20 ms can tell apart; then finer around the strongest.
  const coarse = strongest(share, lowest, highest, 25);
  if (share(coarse) < purity / 2) return undefined;
  const fine = strongest(share, coarse - 20, coarse + 20, 5);
  return share(fine) >= purity ? fine : undefined;
}

function strongest(share: (frequency: number) => number, from: number, to: number, step: number): number {
  let best = from;
  let most = 0;
  for (let frequency = from; frequency <= to; frequency += step) {
    const found = share(frequency);
    if (found > most) [best, most] = [frequency, found];
  }
  return best;
}

/** Goertzel: the energy of the samples at one frequency. */
function power(samples: Int16Array, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / sampleRate);
  let previous = 0;
  let beforePrevious = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
  }
  return previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
}
