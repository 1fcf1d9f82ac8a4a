import { VirtualClock } from '../../src/simulator/virtual-clock.ts';

/** A virtual clock to which happens what happens to real ones. */
export class UnsteadyClock extends VirtualClock {
  /** Somebody sets the system's clock by so many milliseconds, forth or back. */
  setSystemTimeBy(ms: number): void {
    this.set += ms;
  }

  /** The process is stopped for `ms` milliseconds: what falls due meanwhile happens later. */
  stall(ms: number): void {
    this.jump(ms);
  }
}
