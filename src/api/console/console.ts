import type { FastifyRequest } from 'fastify';
import type { Scope } from '../../core/scope.ts';
import type { KeptSessions } from './kept-sessions.ts';
import { type OwnNames, OwnPages } from './own-pages.ts';
import type { Session } from './session.ts';
import { secretsIn } from './session-cookie.ts';
import type { SessionPhones } from './session-phones.ts';
import { Sessions } from './sessions.ts';

export interface ConsoleOptions extends OwnNames {
  readonly scope: Scope;
  /** Where the page was built. */
  readonly folder: string;
  /** What the link to it begins with. */
  readonly url: string;
  /** Where sessions are written down; without it they end with the daemon. */
  readonly kept?: KeptSessions | undefined;
  /** Where pages may have phones. */
  readonly phones?: SessionPhones | undefined;
}

/** What there is where the console is on. */
export class Console {
  readonly sessions: Sessions;
  readonly pages: OwnPages;
  readonly folder: string;
  readonly url: string;
  readonly phones: SessionPhones | undefined;

  constructor(options: ConsoleOptions) {
    this.sessions = new Sessions({ scope: options.scope, kept: options.kept });
    this.pages = new OwnPages(options);
    this.folder = options.folder;
    this.url = options.url;
    this.phones = options.phones;
  }

  /** Takes up what the daemon before has left, before Asterisk is told of any phone. */
  async resume(): Promise<void> {
    for (const session of await this.sessions.resume()) await this.phones?.resume(session);
  }

  /** Whose request this is; `isShown`: it has a cookie of ours, good or not. */
  sessionOf(request: FastifyRequest): { readonly isShown: boolean; readonly session: Session | undefined } {
    const secrets = secretsIn(request);
    const session = secrets.map((secret) => this.sessions.of(secret)).find((found) => found !== undefined);
    return { isShown: secrets.length > 0, session };
  }
}
