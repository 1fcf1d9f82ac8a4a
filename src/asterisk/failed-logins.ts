import { now } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { LoginEvent, LoginFailure } from './login-event.ts';

export interface FailedLoginsOptions {
  /** Failed logins of one address in a minute; with more it is refused for a minute, and for longer every time. */
  readonly rate: number;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly onFailed: (reason: LoginFailure) => void;
  readonly now?: () => number;
}

const minute = 60_000;
const hour = 60 * minute;
/** No phone registers for longer, so who is there has logged in since. */
const acquaintance = hour + minute;
/** Of more addresses at once none is known: those first forgotten have least to say. */
const mostAddresses = 10_000;
/** Asterisk compares every request with every one of them. */
const mostRefused = 1_000;

/** Who fails to log in, by address, and whom that makes wait. */
export class FailedLogins {
  readonly #options: Required<FailedLoginsOptions>;
  readonly #failures = new Map<string, { readonly since: number; count: number }>();
  readonly #welcome = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  /** For how long each was refused the last time, and until when. */
  readonly #terms = new Map<string, { readonly term: number; readonly until: number }>();

  constructor(options: FailedLoginsOptions) {
    this.#options = { now, ...options };
  }

  /** Whom to refuse now. */
  get refused(): readonly string[] {
    const now = this.#options.now();
    for (const [address, until] of this.#refused) if (until <= now) this.#refused.delete(address);
    return [...this.#refused.keys()];
  }

  /** Who is refused has no password to give: where one does, Asterisk has begun anew, and knows nothing of it. */
  isForgotten({ reason, address }: LoginEvent): boolean {
    return reason === 'credentials' && this.#refused.has(address);
  }

  take({ isFailure, reason, address }: LoginEvent): void {
    const now = this.#options.now();
    if (!isFailure || reason === 'login') return remember(this.#welcome, address, now);
    this.#options.onFailed(reason);
    this.#options.log.info({ address, reason }, 'sip_login_failed');
    const before = this.#failures.get(address);
    const current = before && now - before.since < minute ? before : { since: now, count: 0 };
    current.count++;
    remember(this.#failures, address, current);
    if (current.count > this.#options.rate) this.#refuse(address, now);
  }

  /** Whoever has a phone of ours beside him is not made to wait: it would not be served either. */
  #refuse(address: string, now: number): void {
    if (now - (this.#welcome.get(address) ?? Number.NEGATIVE_INFINITY) < acquaintance) return;
    if (this.#refused.has(address) || this.#refused.size >= mostRefused) return;
    const term = this.#nextTerm(address, now);
    remember(this.#terms, address, { term, until: now + term });
    this.#refused.set(address, now + term);
    this.#options.log.warn({ address, seconds: term / 1_000 }, 'sip_address_refused');
  }

  /** Twice as long as the last time, an hour at most; a minute after an hour of quiet. */
  #nextTerm(address: string, now: number): number {
    const last = this.#terms.get(address);
    return last && now - last.until < hour ? Math.min(2 * last.term, hour) : minute;
  }
}

/** The latest comes last, and the first one goes where there are too many. */
function remember<T>(map: Map<string, T>, address: string, value: T): void {
  map.delete(address);
  map.set(address, value);
  const [first] = map.keys();
  if (map.size > mostAddresses && first !== undefined) map.delete(first);
}
