import { now } from '../core/clock.ts';
import { sleep } from '../core/wait.ts';
import { HttpTransport } from './ari-http.ts';
import { operations } from './operations.ts';
import { isLaneOf } from './socket-lanes.ts';
import { AriError, type AriSender } from './transport.ts';

export interface Where {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly app: string;
}

/** Who has the application, as far as Asterisk tells. */
export interface Holder {
  /** `nobody` once it is free. */
  readonly by: 'another daemon' | 'an unknown client' | 'nobody';
  /** How many of its calls Asterisk tells it of. */
  readonly channels: number;
}

interface Application {
  readonly name: string;
  readonly channel_ids: readonly string[];
}

/** Our own sockets are gone by then, and not taken for somebody else's. */
const firstLook = 1_000;

/** How often it is looked whether the application is free, which is one request. */
const lookEvery = 5_000;

/** Asterisk does not say whether an unknown client is still there: so long it is left alone, and each time twice as long. */
const firstPatience = 60_000;
const longestPatience = 1_800_000;

/**
 * Waits, with no socket open, while somebody else has the application. Two that take it from each other would end all calls for
 * ever: another daemon has it for as long as it is there, an unknown client until it has gone or for a long while.
 */
export class TakenOver {
  readonly #where: Where;
  #patience = firstPatience;

  constructor(where: Where) {
    this.#where = where;
  }

  /** Resolves when it may be taken back. `tell` learns once who has it. */
  async free(tell: (holder: Holder) => void, signal: AbortSignal): Promise<void> {
    const http = new HttpTransport(this.#where);
    try {
      await this.#watch(http, tell, signal);
    } finally {
      await http.close();
    }
  }

  async #watch(http: AriSender, tell: (holder: Holder) => void, signal: AbortSignal): Promise<void> {
    const until = now() + this.#patience;
    await sleep(firstLook, signal);
    for (let isTold = false; ; ) {
      const holder = await holderOf(http, this.#where.app, signal);
      if (holder && !isTold) tell(holder);
      isTold ||= holder !== undefined;
      if (holder?.by === 'nobody') return;
      if (holder?.by !== 'another daemon' && now() >= until) break;
      await sleep(lookEvery, signal);
    }
    this.#patience = Math.min(this.#patience * 2, longestPatience);
  }
}

/** `undefined` where Asterisk does not answer. Whoever has lanes of his own there says by which process. */
export async function holderOf(
  http: AriSender,
  app: string,
  signal: AbortSignal,
  own?: number,
): Promise<Holder | undefined> {
  try {
    const answer = await http.send({ operation: operations.applications }, signal);
    if (!Array.isArray(answer)) return undefined; // somebody between us
    const applications: readonly Application[] = answer; // as Asterisk describes them
    const taken = applications.find(({ name }) => name === app);
    // An application goes with its last socket, unless calls keep it; the sockets of a daemon's requests are its own.
    if (applications.some(({ name }) => isLaneOf(app, name, own)))
      return { by: 'another daemon', channels: taken?.channel_ids.length ?? 0 };
    return { by: taken ? 'an unknown client' : 'nobody', channels: taken?.channel_ids.length ?? 0 };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AriError) return undefined;
    throw error;
  }
}
