import { now, wireTime } from '../core/clock.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep, within } from '../core/wait.ts';
import type { WebhookRecord } from '../news/webhook-record.ts';
import type { BuiltRequest, HttpPort, NoReply, UserReply } from '../ports/http.ts';
import type { LaterRequestStore, StoredRequest } from '../ports/later-requests.ts';
import { requestTo, signatureOf } from '../webhooks/request-to.ts';
import { isForLater, retried } from './retried.ts';

/** What is to be sent, and how often it may be tried. */
export interface LaterWork {
  /**
   * Complete but for the signature of the stored webhook it goes through, or what to send to the webhook that is the default
   * one when it is sent.
   */
  readonly to:
    | { readonly request: BuiltRequest; readonly signedBy?: string | undefined }
    | { readonly webhook: 'default'; readonly body: string };
  /** For one try, in milliseconds. */
  readonly timeout: number;
  /** Between the tries, in milliseconds. */
  readonly pauses: readonly number[];
}

export interface LaterRequestsOptions {
  readonly store: LaterRequestStore;
  readonly webhooks: { all(): Promise<readonly WebhookRecord[]> };
  readonly http: Pick<HttpPort, 'request'>;
  readonly log: Log;
  /** Its end gives up what is under way, for the next start. */
  readonly scope: Scope;
  /** Nobody else makes requests of this store: what is taken when it starts was taken by a process that died. */
  readonly isAlone?: boolean;
  /** How often what is due is looked for, in milliseconds. */
  readonly poll?: number;
}

const mostAtOnce = 100;
/** What a reply says is of no interest: only its status is. */
const maxBytes = 65_536;
/** A pause up to this is waited for; after a longer one the request is taken up again. */
const shortPause = 5_000;
/** How much longer than it needs a request is ours. */
const margin = 30_000;
/** For the longest try there is. */
const longestLease = 60_000 + margin;

/** Makes requests whatever becomes of who asked for them: stored before they are made, and until they are. */
export class LaterRequests {
  readonly #options: LaterRequestsOptions;
  readonly #scope: Scope;
  readonly #underWay = new Set<Promise<void>>();
  /** At first: how long a process that died may still hold what it took. */
  #lead: number;
  /** Whether somebody has asked since what is due was last looked for. */
  #isWanted = false;
  #taking: Promise<void> | undefined;

  constructor(options: LaterRequestsOptions) {
    this.#options = options;
    this.#scope = options.scope.child();
    this.#lead = options.isAlone ? longestLease : 0;
    this.#scope.spawn('later-requests', (signal) => this.#poll(signal));
  }

  /** Resolves once the request is sure to be made. One whose id is known is not made again. @throws ActionError */
  async send(id: string, work: LaterWork): Promise<void> {
    const stored = { id, work: JSON.stringify(work), tm_create: wireTime() };
    // With too many under way it is left to the poll.
    const isOurs = this.#underWay.size < mostAtOnce && !this.#scope.signal.aborted;
    try {
      const isNew = await this.#options.store.insert(stored, isOurs ? now() + work.timeout + margin : 0);
      if (isNew && isOurs) this.#start(stored);
    } catch (cause) {
      throw new ActionError('STORE_FAILED', 'the request could not be stored', { cause });
    }
  }

  /** Something has been stored that is due. */
  wake(): void {
    this.#isWanted = true;
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
      if (this.#isWanted && !this.#scope.signal.aborted) this.wake();
    });
  }

  /** Makes what is due, and lets what is under way end, for so long; what is left is for the next start. */
  async close(drain: number): Promise<void> {
    this.wake();
    await within(this.#idle(), drain);
    await this.#scope.close();
  }

  async #idle(): Promise<void> {
    while (this.#taking) await this.#taking;
    await Promise.all(this.#underWay);
  }

  async #poll(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.wake();
      await sleep(this.#options.poll ?? 2_000, signal);
    }
  }

  /** One at a time: what is asked for meanwhile is looked for once more. */
  async #take(): Promise<void> {
    const { store, log } = this.#options;
    const { signal } = this.#scope;
    while (this.#isWanted && !signal.aborted) {
      this.#isWanted = false;
      const limit = mostAtOnce - this.#underWay.size;
      if (limit <= 0) return; // they are left to the poll
      const present = now();
      const lead = this.#lead;
      this.#lead = 0; // from now on there are some that we hold
      try {
        const due = await store.claim({ now: present + lead, until: present + longestLease, limit });
        for (const request of due) this.#start(request);
      } catch (error) {
        if (!signal.aborted) log.warn({ error: messageOf(error) }, 'later_requests_not_read');
      }
    }
  }

  #start(stored: StoredRequest): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#underWay.add(promise);
    this.#scope.spawn('later-request', async (signal) => {
      try {
        await this.#work(stored, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
        await this.#options.store.postpone(stored, 0); // for the next start, at once
      } finally {
        this.#underWay.delete(promise);
        resolve();
      }
    });
  }

  async #work(stored: StoredRequest, signal: AbortSignal): Promise<void> {
    const { store, log } = this.#options;
    const work = JSON.parse(stored.work) as LaterWork; // written by `send` or below
    const postpone = (pauses: readonly number[], wait: number): Promise<void> =>
      store.postpone({ ...stored, work: JSON.stringify({ ...work, pauses }) }, now() + wait);
    const long = work.pauses.findIndex((pause) => pause > shortPause);
    const pauses = long < 0 ? work.pauses : work.pauses.slice(0, long);
    const later = long < 0 ? [] : work.pauses.slice(long);
    const result = await retried(() => this.#try(stored.id, work, signal), {
      pauses,
      isPatient: true,
      onPause: (pause, others) => postpone([...others, ...later], pause + work.timeout + margin),
      signal,
    });
    const error = result && problemOf(result);
    if (!error) return void (await store.delete(stored.id));
    const [pause, ...others] = later;
    if (pause !== undefined && isForLater(result, true)) return postpone(others, pause);
    log.warn({ request: stored.id, error }, 'later_request_given_up');
    await store.delete(stored.id);
  }

  /** Nothing where there is nobody left to send it to. */
  async #try(
    id: string,
    { to, timeout }: LaterWork,
    signal: AbortSignal,
  ): Promise<UserReply | NoReply | undefined> {
    const request = 'request' in to ? await this.#signed(id, to) : await this.#toDefault(id, to.body);
    return request && this.#options.http.request({ ...request, timeout, maxBytes }, signal);
  }

  /** Nothing where the webhook is gone: nobody would know it for his by its signature. */
  async #signed(
    id: string,
    { request, signedBy }: { readonly request: BuiltRequest; readonly signedBy?: string | undefined },
  ): Promise<BuiltRequest | undefined> {
    if (signedBy === undefined) return request;
    const { webhooks, log } = this.#options;
    const webhook = (await webhooks.all()).find((known) => known.id === signedBy);
    if (!webhook) log.warn({ request: id, webhook: signedBy }, 'webhook_gone');
    return (
      webhook && {
        ...request,
        headers: { ...request.headers, ...signatureOf(webhook, id, request.body ?? '') },
      }
    );
  }

  async #toDefault(id: string, body: string) {
    const { webhooks, log } = this.#options;
    const webhook = (await webhooks.all()).find(({ is_default }) => is_default);
    const request = requestTo(webhook, id, body);
    if (!request) log.warn({ request: id, status: webhook?.status ?? 'none' }, 'no_default_webhook');
    return request;
  }
}

function problemOf(result: UserReply | NoReply): string | undefined {
  if ('failure' in result) return result.failure === 'too_large' ? undefined : result.failure; // it has taken it
  return result.status >= 200 && result.status < 300 ? undefined : `http_${result.status}`;
}
