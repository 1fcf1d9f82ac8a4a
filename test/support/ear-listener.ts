import type { Heard, HearingListener } from '../../src/ports/hearing.ts';

/** Whoever listens to what an ear hears, and remembers all of it. */
export class EarListener implements HearingListener {
  readonly heard: Heard[] = [];
  readonly gaps: { readonly start: number; readonly end: number }[] = [];
  readonly failures: Error[] = [];

  readonly onHeard = (heard: Heard): void => void this.heard.push(heard);
  readonly onGap = (gap: { readonly start: number; readonly end: number }): void => void this.gaps.push(gap);
  readonly onFailed = (error: Error): void => void this.failures.push(error);

  get finals(): readonly Heard[] {
    return this.heard.filter(({ isFinal }) => isFinal);
  }

  /** Of the final segments, in their order. */
  get words(): readonly string[] {
    return this.finals.flatMap(({ text }) => text.split(' '));
  }
}
