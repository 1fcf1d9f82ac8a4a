import type { FastifyRequest } from 'fastify';
import { AriflowError } from '../../core/errors.ts';

/** What names this daemon has. */
export interface OwnNames {
  /** The address it listens at. */
  readonly host: string;
  /** Where users reach it, if they said so. */
  readonly publicUrl: string | undefined;
}

const loopback = ['127.0.0.1', '[::1]', 'localhost'];

/** A name and perhaps a port, and nothing else that a URL might have. */
const authority = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

/** Tells our own page from all the others that a browser may have open, for whatever is asked with no more than a cookie. */
export class OwnPages {
  readonly #names: ReadonlySet<string>;
  readonly #publicOrigin: string | undefined;

  constructor({ host, publicUrl }: OwnNames) {
    const url = publicUrl === undefined ? undefined : new URL(publicUrl);
    this.#names = new Set([...loopback, inBrackets(host).toLowerCase(), ...(url ? [url.hostname] : [])]);
    this.#publicOrigin = url?.origin;
  }

  /**
   * A name that leads here, and is not ours, is somebody's who would have his page taken for this one.
   * @throws AriflowError `PERMISSION_DENIED`
   */
  checkHost(request: FastifyRequest): void {
    const [, name = ''] = authority.exec(request.headers.host ?? '') ?? [];
    const here = inBrackets((request.raw.socket.localAddress ?? '').replace(/^::ffff:/, ''));
    if (this.#names.has(name.toLowerCase()) || (here !== '' && name === here)) return;
    throw new AriflowError(
      'PERMISSION_DENIED',
      'this is no host name of the console: ARIFLOW_PUBLIC_URL says under which it is reached',
    );
  }

  /**
   * As `checkHost`, and no page but ours asks. Browsers say which page it is where something changes, and with every WebSocket.
   * @throws AriflowError `PERMISSION_DENIED`
   */
  check(request: FastifyRequest, { isChange }: { readonly isChange: boolean }): void {
    this.checkHost(request);
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (origin === undefined && isChange) throw notOurs();
    if (origin !== undefined && !this.#isOurs(origin, request.headers.host ?? '')) throw notOurs();
    if (site !== undefined && site !== 'same-origin' && site !== 'none') throw notOurs();
  }

  /** A proxy in front may have put another name in the place of the one that the browser knows. */
  #isOurs(origin: string, host: string): boolean {
    const [, at] = /^https?:\/\/(.+)$/i.exec(origin) ?? [];
    return at?.toLowerCase() === host.toLowerCase() || origin === this.#publicOrigin;
  }
}

function inBrackets(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function notOurs(): AriflowError {
  return new AriflowError('PERMISSION_DENIED', 'only the page of the console itself may ask this');
}
