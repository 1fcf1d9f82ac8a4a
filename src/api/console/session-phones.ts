import type { PageAccount, PagePhones } from '../../extensions/page-phones.ts';
import { conflict } from '../problems.ts';
import type { Session } from './session.ts';

export interface SessionPhonesOptions {
  readonly pages: Pick<PagePhones, 'add' | 'resume' | 'remove'>;
  /** Where Asterisk takes SIP over WebSocket. */
  readonly far: URL;
  /** What stands behind the `@` of the addresses. */
  readonly domain: string;
  /** Whether the audio reaches nobody but this machine. */
  readonly isLocal: boolean;
}

/** Connections of one session at once: a tab has one, and a second one while it opens that anew. */
const mostSockets = 4;

/** Why a page has no phone. */
export const noPhone = 'phones in the console are off here: ARIFLOW_WEBRTC=on turns them on';

/** The phones of those who have signed in at the console: one account for each, which goes with the session. */
export class SessionPhones {
  readonly far: URL;
  readonly domain: string;
  readonly isLocal: boolean;
  readonly #pages: SessionPhonesOptions['pages'];
  readonly #accounts = new Map<Session, Promise<PageAccount>>();
  readonly #sockets = new Map<Session, number>();

  constructor({ pages, far, domain, isLocal }: SessionPhonesOptions) {
    this.#pages = pages;
    this.far = far;
    this.domain = domain;
    this.isLocal = isLocal;
  }

  /** The account of a session, made when it is first asked for. @throws AriflowError */
  of(session: Session): Promise<PageAccount> {
    const known = this.#accounts.get(session);
    if (known) return known;
    const making = this.#make(session);
    this.#take(session, making);
    making.catch(() => this.#accounts.delete(session));
    return making;
  }

  /** Goes on with the account of a session that has begun with another daemon, if it has one. */
  async resume(session: Session): Promise<void> {
    const { phone } = session;
    if (phone && (await this.#pages.resume(phone))) this.#take(session, Promise.resolve(phone));
  }

  async #make(session: Session): Promise<PageAccount> {
    const account = await this.#pages.add(session.phonePassword);
    await session.keepPhone(account);
    return account;
  }

  #take(session: Session, making: Promise<PageAccount>): void {
    this.#accounts.set(session, making);
    session.whenOver(async () => {
      this.#accounts.delete(session);
      const account = await making.catch(() => undefined);
      if (account) await this.#pages.remove(account.extension);
    });
  }

  /** Takes a place for one more connection, until disposed. @throws AriflowError `CONFLICT` */
  takeSocket(session: Session): Disposable {
    const count = this.#sockets.get(session) ?? 0;
    if (count >= mostSockets) throw conflict(`this session has ${mostSockets} connections already`);
    this.#sockets.set(session, count + 1);
    return {
      [Symbol.dispose]: () => {
        const left = (this.#sockets.get(session) ?? 1) - 1;
        if (left > 0) this.#sockets.set(session, left);
        else this.#sockets.delete(session);
      },
    };
  }
}
