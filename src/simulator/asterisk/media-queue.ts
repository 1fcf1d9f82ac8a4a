/** Something that is played or recorded. */
export interface MediaJob {
  readonly kind: 'playback' | 'recording';
  start(): void;
  /** There is nobody left to hear it. */
  drop(isRunning: boolean): void;
}

/** What is played and recorded one after the other: meanwhile a channel's thread does nothing else. */
export class MediaQueue {
  readonly #jobs: MediaJob[] = [];
  readonly #waiting: (() => void)[] = [];

  get running(): MediaJob | undefined {
    return this.#jobs[0];
  }

  add(job: MediaJob): void {
    this.#jobs.push(job);
    if (this.#jobs.length === 1) job.start();
  }

  done(job: MediaJob): void {
    const index = this.#jobs.indexOf(job);
    if (index < 0) return;
    this.#jobs.splice(index, 1);
    if (index > 0) return;
    if (this.running) this.running.start();
    else this.#free();
  }

  clear(): void {
    for (const [index, job] of this.#jobs.splice(0).entries()) job.drop(index === 0);
    this.#free();
  }

  /** Resolves when nothing is played or recorded. */
  async whenFree(): Promise<void> {
    if (this.running) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #free(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}
