/** How often a packet is sent. */
export const packetInterval = 20;

/** So many missed beats are made up for with a burst; what is missing beyond is skipped. */
const maximumBurst = 25;

/** Told at each beat; `skipped` beats were lost before it, because the process was held up. */
export type Beat = (skipped: number) => void;

/**
 * One timer for every phone in the process. A beat is due at start + n × 20 ms, so a late one does not delay those
 * after it: over a minute exactly 3 000 packets leave.
 */
class MediaClock {
  /** The worst delay of a beat so far; a test of timing can see whether its own machine was to blame. */
  latest = 0;
  readonly #beats = new Set<Beat>();
  #timer: NodeJS.Timeout | undefined;
  #due = 0;

  add(beat: Beat): () => void {
    this.#beats.add(beat);
    if (this.#timer === undefined) {
      this.#due = performance.now() + packetInterval;
      this.#schedule();
    }
    return () => this.#remove(beat);
  }

  #remove(beat: Beat): void {
    this.#beats.delete(beat);
    if (this.#beats.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => this.#run(), Math.max(0, this.#due - performance.now()));
  }

  #run(): void {
    const late = performance.now() - this.#due;
    this.latest = Math.max(this.latest, late);
    // A timer may fire a fraction of a millisecond early; that beat counts.
    const missed = Math.max(0, Math.floor(late / packetInterval));
    const skipped = Math.max(0, missed - maximumBurst);
    this.#due += skipped * packetInterval;
    for (let beat = skipped; beat <= missed && this.#beats.size > 0; beat += 1) {
      for (const told of [...this.#beats]) told(beat === skipped ? skipped : 0);
      this.#due += packetInterval;
    }
    if (this.#beats.size > 0) this.#schedule();
  }
}

export const mediaClock = new MediaClock();
