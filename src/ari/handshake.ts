import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** The application whose events come; in the path, so that what was meant for another one is not taken for ours. */
  readonly app: string;
}

/** What whoever dials us must say. */
export class Handshake {
  static readonly protocol = 'ari';
  readonly #path: string;
  readonly #authorization: Buffer;

  constructor({ user, password, app }: Credentials) {
    this.#path = pathFor(app);
    this.#authorization = digest(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
  }

  /** The status to refuse it with; nothing where all is right. The password is compared in constant time. */
  refusalOf({ url, headers }: Pick<IncomingMessage, 'url' | 'headers'>): number | undefined {
    if (!timingSafeEqual(digest(headers.authorization ?? ''), this.#authorization)) return 401;
    if (url !== this.#path) return 404;
    const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    return protocols.includes(Handshake.protocol) ? undefined : 400;
  }
}

/** Where Asterisk dials us for an application. */
export function pathFor(app: string): string {
  return `/ari/${app}`;
}

/** Of one length, whatever was said. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
