import type { FastifyRequest } from 'fastify';
import type { Scope } from '../../core/scope.ts';
import { type OwnNames, OwnPages } from './own-pages.ts';
import { secretsIn } from './session-cookie.ts';
import type { SessionPhones } from './session-phones.ts';
import { type Session, Sessions } from './sessions.ts';

export interface ConsoleOptions extends OwnNames {
  readonly scope: Scope;
  /** Where the page was built. */
  readonly folder: string;
  /** What the link to it begins with. */
  readonly url: string;
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
    this.sessions = new Sessions(options.scope);
    this.pages = new OwnPages(options);
    this.folder = options.folder;
    this.url = options.url;
    this.phones = options.phones;
  }

  /** Whose request this is; `isShown`: it has a cookie of ours, good or not. */
  sessionOf(request: FastifyRequest): { readonly isShown: boolean; readonly session: Session | undefined } {
    const secrets = secretsIn(request);
    const session = secrets.map((secret) => this.sessions.of(secret)).find((found) => found !== undefined);
    return { isShown: secrets.length > 0, session };
  }
}
