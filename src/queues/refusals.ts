import { now } from '../core/clock.ts';
import type { QueuecallState } from './queuecall-state.ts';

/** Who was rung for a call and has not taken it, and until when they are left alone. */
export class Refusals {
  readonly #ids = new Set<string>();
  readonly #resting = new Map<string, number>();

  /** All of them. */
  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  get state(): Pick<QueuecallState, 'resting' | 'refusers'> {
    const present = now();
    const resting = [...this.#resting].filter(([, until]) => until > present);
    return { resting: Object.fromEntries(resting), refusers: [...this.#ids] };
  }

  add(id: string, until: number): void {
    this.#ids.add(id);
    this.#resting.set(id, until);
  }

  /** What a daemon that died has left. */
  restore({ resting = {}, refusers = [] }: Pick<QueuecallState, 'resting' | 'refusers'>): void {
    for (const id of refusers) this.#ids.add(id);
    for (const [id, until] of Object.entries(resting)) this.#resting.set(id, until);
  }
}
