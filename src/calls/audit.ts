import type { Ari } from '../ari/ari.ts';
import type { Channel } from '../ari/events.gen.ts';
import { AriError } from '../ari/transport.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { sleep } from '../core/wait.ts';
import { causeOf } from './hangup-cause.ts';
import type { Orphans } from './orphans.ts';
import { technologyOf } from './technologies.ts';

/** How long something may be nobody's: on its way to whoever expects it, or away from whoever has ended it. */
const grace = 5_000;

interface Orphan {
  readonly kind: 'channel' | 'bridge';
  readonly id: string;
}

export interface AuditOptions {
  readonly ari: Ari;
  readonly log: Log;
  /** Which things are ours and nobody's. */
  readonly orphans: Pick<Orphans, 'is' | 'isBridge' | 'isSweeping'>;
}

/**
 * Compares what Asterisk has of ours with what somebody here owns (the owners of events are that ledger). What is nobody's after
 * its grace is a defect, here or of somebody who has torn a connection at a bad moment: it is said, and ended.
 */
export class Audit {
  readonly #ari: Ari;
  readonly #log: Log;
  readonly #nobodys: Pick<Orphans, 'is' | 'isBridge' | 'isSweeping'>;
  #orphans = 0;
  /** How much had been made in all when nothing was left of it. */
  #clean = 0;

  constructor({ ari, log, orphans }: AuditOptions) {
    this.#ari = ari;
    this.#log = log;
    this.#nobodys = orphans;
  }

  /** What the last look has found. */
  get orphans(): number {
    return this.#orphans;
  }

  /** How many channels and bridges somebody owns. */
  get owned(): number {
    return this.#ari.events.size;
  }

  /** Whether there can be anything: something is owned, was made since nothing was left, or is to be ended still. */
  get isDue(): boolean {
    const { events, unended } = this.#ari;
    return events.size > 0 || events.ever !== this.#clean || unended.size > 0;
  }

  /** Looks at these channels, which are all there are, and at the bridges. @throws AriError */
  async look(channels: readonly Channel[], signal: AbortSignal): Promise<void> {
    const { events, left, unended } = this.#ari;
    if (left.isAwaited || this.#nobodys.isSweeping) return; // somebody is about to claim it, or to end it
    const made = events.ever;
    const suspects = this.#unowned(channels, await this.#ari.bridges.list(signal));
    const orphans = suspects.length === 0 ? [] : await this.#remaining(suspects, signal);
    let ended = 0;
    for (const orphan of orphans) if (await this.#end(orphan, signal)) ended++;
    const unheard = await unended.endAgain();
    for (const what of unheard) this.#log.warn({ what }, 'orphan_released');
    this.#orphans = ended + unheard.length;
    if (this.#orphans === 0 && events.size === 0) this.#clean = made;
  }

  /** Those that are still there, and still nobody's. */
  async #remaining(suspects: readonly Orphan[], signal: AbortSignal): Promise<readonly Orphan[]> {
    await sleep(grace, signal);
    const known = new Set(suspects.map(({ id }) => id));
    const [channels, bridges] = await Promise.all([
      this.#ari.channels(signal),
      this.#ari.bridges.list(signal),
    ]);
    return this.#unowned(channels, bridges).filter(({ id }) => known.has(id));
  }

  #unowned(channels: readonly Channel[], bridges: readonly { readonly id: string }[]): readonly Orphan[] {
    return [
      ...channels
        // The one of SIP messages is everybody's, and what comes in it is taken elsewhere.
        .filter((channel) => this.#nobodys.is(channel) && technologyOf(channel.name) !== 'Message')
        .map(({ id }) => ({ kind: 'channel', id }) as const),
      ...bridges
        .filter(({ id }) => this.#nobodys.isBridge(id))
        .map(({ id }) => ({ kind: 'bridge', id }) as const),
    ];
  }

  /**
   * False where it is gone: Asterisk lists a channel for as long as it waits for something of its phone, half a minute after a REFER
   * that is answered by silence, ten minutes where it was answered by no more than 202. One that cannot be ended is found again.
   */
  async #end({ kind, id }: Orphan, signal: AbortSignal): Promise<boolean> {
    const what = `${kind} ${id}`;
    const { bridges } = this.#ari;
    try {
      await (kind === 'bridge'
        ? bridges.destroy(id, signal)
        : this.#ari.hangup(id, causeOf('failed'), signal));
      this.#log.warn({ what }, 'orphan_released');
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AriError && error.status === 404) return false;
      this.#log.warn({ what, error: messageOf(error) }, 'orphan_not_released');
    }
    return true;
  }
}
