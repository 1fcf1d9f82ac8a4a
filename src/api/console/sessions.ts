import { randomBytes, randomUUID } from 'node:crypto';
import { instantOf, now, wireTime } from '../../core/clock.ts';
import type { Scope } from '../../core/scope.ts';
import { hashOf } from '../tokens.ts';
import type { KeptSession, KeptSessions } from './kept-sessions.ts';
import { Session } from './session.ts';

/** What is shown once. */
interface Shown {
  readonly code: string;
  readonly tm_expire: string;
}

/** In milliseconds. */
export const sessionLife = 12 * 60 * 60_000;
export const codeLife = 10 * 60_000;

/** Of either; of more than that the oldest goes. */
const most = 100;

export interface SessionsOptions {
  /** A session that it takes with it goes on with the next daemon. */
  readonly scope: Scope;
  /** Where they are written down. */
  readonly kept: KeptSessions | undefined;
}

/**
 * Who has signed in at the console, and the codes to sign in with, which whoever has a token is given: each once, for a short while. Of
 * both there are hashes only. Codes end with the daemon; sessions go on with the next one.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  /** By hash, with the instant until which they are valid. */
  readonly #codes = new Map<string, number>();
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Those that the daemon before has left. */
  async resume(): Promise<readonly Session[]> {
    for (const kept of (await this.#options.kept?.read()) ?? [])
      if (instantOf(kept.tm_expire) > now()) this.#add(kept);
    return [...this.#sessions.values()];
  }

  newCode(): Shown {
    const code = newSecret();
    for (const [hash, expires] of this.#codes) if (expires <= now()) this.#codes.delete(hash);
    const [oldest] = this.#codes.keys();
    if (oldest !== undefined && this.#codes.size >= most) this.#codes.delete(oldest);
    this.#codes.set(hashOf(code), now() + codeLife);
    return { code, tm_expire: timeIn(codeLife) };
  }

  /** Begins a session, and answers what its owner shows from then on; nothing for a code that was used, is old, or was never given. */
  async begin(code: string): Promise<{ readonly session: Session; readonly secret: string } | undefined> {
    const hash = hashOf(code);
    const expires = this.#codes.get(hash) ?? 0;
    this.#codes.delete(hash);
    if (expires <= now()) return undefined;
    const [oldest] = this.#sessions.values();
    if (oldest && this.#sessions.size >= most) void oldest.scope.close();
    const secret = newSecret();
    const times = { tm_create: wireTime(), tm_expire: timeIn(sessionLife) };
    const session = this.#add({ hash: hashOf(secret), id: randomUUID(), ...times });
    await this.#write();
    return { session, secret };
  }

  /** Whose secret this is. */
  of(secret: string): Session | undefined {
    const session = this.#sessions.get(hashOf(secret));
    if (!session || session.isOver) return undefined;
    session.shown(secret);
    return session;
  }

  #add(kept: KeptSession): Session {
    const { scope } = this.#options;
    const session = new Session(kept, scope, () => this.#write());
    session.whenOver(async () => {
      this.#sessions.delete(kept.hash);
      await this.#write();
    });
    this.#sessions.set(kept.hash, session);
    return session;
  }

  async #write(): Promise<void> {
    await this.#options.kept?.write([...this.#sessions.values()].map(({ kept }) => kept));
  }
}

/** 256 bits: nobody guesses it. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function timeIn(ms: number): string {
  return wireTime((now() + ms) * 1_000);
}
