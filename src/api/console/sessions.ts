import { randomBytes, randomUUID } from 'node:crypto';
import { now, wireTime } from '../../core/clock.ts';
import type { Scope } from '../../core/scope.ts';
import { at } from '../../core/wait.ts';
import { hashOf } from '../tokens.ts';

/** Somebody who looks at the console. He may do what an administrator may, and has no token. */
export interface Session {
  readonly id: string;
  readonly tm_create: string;
  readonly tm_expire: string;
  /** Closed when he signs out, or his time is up: all that is his goes with it. */
  readonly scope: Scope;
}

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

/**
 * Who has signed in at the console, and the codes to sign in with, which whoever has a token is given: each once, for a short while. Of
 * both only hashes are kept, in memory: they end with the daemon.
 */
export class Sessions {
  readonly #scope: Scope;
  /** By hash, with the instant until which they are valid. */
  readonly #codes = new Map<string, number>();
  readonly #sessions = new Map<string, Session & { readonly expires: number }>();

  constructor(scope: Scope) {
    this.#scope = scope;
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
  begin(code: string): { readonly session: Session; readonly secret: string } | undefined {
    const hash = hashOf(code);
    const expires = this.#codes.get(hash) ?? 0;
    this.#codes.delete(hash);
    if (expires <= now()) return undefined;
    const [oldest] = this.#sessions.values();
    if (oldest && this.#sessions.size >= most) void oldest.scope.close();
    const secret = newSecret();
    return { session: this.#add(hashOf(secret)), secret };
  }

  /** Whose secret this is. */
  of(secret: string): Session | undefined {
    const session = this.#sessions.get(hashOf(secret));
    const isOver = !session || session.scope.signal.aborted || session.expires <= now();
    return isOver ? undefined : session;
  }

  #add(hash: string): Session {
    const scope = this.#scope.child();
    const session = {
      ...{ id: randomUUID(), tm_create: wireTime(), tm_expire: timeIn(sessionLife) },
      ...{ scope, expires: now() + sessionLife },
    };
    const expiry = at(session.expires, () => void scope.close());
    scope.defer(() => expiry[Symbol.dispose]());
    scope.defer(() => this.#sessions.delete(hash));
    this.#sessions.set(hash, session);
    return session;
  }
}

/** 256 bits: nobody guesses it. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function timeIn(ms: number): string {
  return wireTime((now() + ms) * 1_000);
}
