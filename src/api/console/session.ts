import { createHmac } from 'node:crypto';
import { instantOf, now } from '../../core/clock.ts';
import type { Scope } from '../../core/scope.ts';
import { at } from '../../core/wait.ts';
import type { KeptSession } from './kept-sessions.ts';

/** Somebody who looks at the console. He may do what an administrator may, and has no token. */
export class Session {
  readonly id: string;
  readonly tm_create: string;
  readonly tm_expire: string;
  /** Closed when he signs out, when his time is up, and with the daemon: all that is his here goes with it. */
  readonly scope: Scope;
  readonly #daemon: Scope;
  readonly #expires: number;
  readonly #changed: () => Promise<void>;
  #kept: KeptSession;
  #phonePassword = '';

  constructor(kept: KeptSession, daemon: Scope, changed: () => Promise<void>) {
    const { id, tm_create, tm_expire } = kept;
    this.id = id;
    this.tm_create = tm_create;
    this.tm_expire = tm_expire;
    this.scope = daemon.child();
    this.#daemon = daemon;
    this.#expires = instantOf(tm_expire);
    this.#changed = changed;
    this.#kept = kept;
    const expiry = at(this.#expires, () => void this.scope.close());
    this.scope.defer(() => expiry[Symbol.dispose]());
  }

  get isOver(): boolean {
    return this.scope.signal.aborted || this.#expires <= now();
  }

  /** What goes on with another daemon. */
  get kept(): KeptSession {
    return this.#kept;
  }

  get phone(): KeptSession['phone'] {
    return this.#kept.phone;
  }

  /** Of its phone: it follows from what the cookie shows, so that nobody keeps it. Known when that was shown. */
  get phonePassword(): string {
    return this.#phonePassword;
  }

  shown(secret: string): void {
    this.#phonePassword ||= createHmac('sha256', secret).update('phone').digest('base64url');
  }

  async keepPhone(phone: KeptSession['phone']): Promise<void> {
    this.#kept = { ...this.#kept, phone };
    await this.#changed();
  }

  /** At its end; not where the daemon ends, with which it does not. */
  whenOver(cleanup: () => Promise<unknown>): void {
    this.scope.defer(() => (this.#daemon.signal.aborted ? undefined : cleanup()));
  }
}
