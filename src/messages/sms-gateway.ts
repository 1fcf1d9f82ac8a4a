import { Rate } from '../core/rate.ts';
import { Semaphore } from '../core/semaphore.ts';
import { sleep } from '../core/wait.ts';
import type { NoReply, ReplyHead, StatusPort } from '../ports/http.ts';
import { type Carrier, failed, later, type Parcel, sent, type Tried } from './carrier.ts';
import { SmsTemplate } from './sms-template.ts';

export interface SmsGatewayOptions {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For one try, in milliseconds. */
  readonly timeout: number;
  /** Tries in any second, at most. */
  readonly perSecond: number;
  /** Where the operator's URLs may lead, which is anywhere. */
  readonly http: StatusPort;
}

const mostAtOnce = 20;
/** How soon one that has to wait looks again. */
const pause = 100;

/** Hands SMS to a gateway over HTTP. It has taken what it answers with a 2xx, whatever is behind that: it would only be sent twice. */
export class SmsGateway implements Carrier {
  readonly #options: SmsGatewayOptions;
  readonly #template: SmsTemplate;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #places = new Semaphore(mostAtOnce);
  readonly #rate: Rate;

  /** @throws ConfigurationError where its template is none */
  constructor(options: SmsGatewayOptions) {
    const { url, body, headers, perSecond } = options;
    const given = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type');
    const contentType = given?.[1] ?? 'application/json';
    this.#options = options;
    this.#template = new SmsTemplate({ url, body, contentType });
    this.#headers = given || options.method === 'GET' ? headers : { ...headers, 'content-type': contentType };
    this.#rate = new Rate(perSecond);
  }

  async carry(parcel: Parcel, signal: AbortSignal): Promise<Tried> {
    return this.#places.run(async () => {
      while (!this.#rate.take()) await sleep(pause, signal);
      return verdict(await this.#ask(parcel, signal));
    }, signal);
  }

  #ask(parcel: Parcel, signal: AbortSignal): Promise<ReplyHead | NoReply> {
    const { method, timeout, http } = this.#options;
    const { url, body } = this.#template.of(parcel);
    const headers = { ...this.#headers, 'idempotency-key': parcel.id };
    const request = { method, url, headers, timeout };
    return http.status(method === 'GET' ? request : { ...request, body }, signal);
  }
}

function verdict(reply: ReplyHead | NoReply): Tried {
  if ('failure' in reply) {
    const isFinal = reply.failure === 'invalid_request' || reply.failure === 'blocked';
    return isFinal ? failed(reply.failure) : later(reply.failure);
  }
  const { status } = reply;
  if (status >= 200 && status < 300) return sent;
  const isPassing = status >= 500 || [408, 425, 429].includes(status);
  return isPassing ? later(`http_${status}`) : failed(`http_${status}`);
}
