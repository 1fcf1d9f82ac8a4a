import { nowMicros } from '../core/clock.ts';
import { sleep, within } from '../core/wait.ts';
import type { Ari } from './ari.ts';
import { AriListener, type ListenerOptions } from './ari-listener.ts';
import { AriSocket, type SocketOptions } from './ari-socket.ts';
import { Backlog } from './backlog.ts';
import type { AriEvent } from './events.gen.ts';
import { operations } from './operations.ts';
import { tellPresence } from './presence.ts';
import { type Holder, holderOf } from './taken-over.ts';
import { AriError, type AriSender, requestTimeout } from './transport.ts';

/** How often it is looked whether events come, and said that we are here. */
const lookEvery = 10_000;

/** Calls try for longer than this to reach an application that is not there. */
const moment = 2_000;

export interface InboundOptions extends ListenerOptions {
  /** The application is not this connection's any more. */
  readonly onTaken?: (() => void) | undefined;
  /** Learns who has it, as far as Asterisk tells, before it is taken back. */
  readonly onHolder: (holder: Holder | undefined) => void;
}

/**
 * The socket of the events where Asterisk dials us, and keeps for us what happens while we are away.
 *
 * Asterisk gives an application to whoever asks for it last, and never back to the connection that it makes itself: once somebody
 * has taken it, and be he gone, that connection looks alive and brings nothing. So each has to prove that it does. Where it does
 * not we dial Asterisk ourselves, which takes the application back for as long as that connection lasts.
 */
export class InboundLine {
  readonly #options: InboundOptions;
  readonly #backlog = new Backlog();
  #listener: AriListener | undefined;
  #isTaken = false;
  #isOurs = false;
  /** From when the backlog has been handed over until the connection is given up; else events are kept. */
  #isLive = false;
  #proof: { readonly name: string; readonly resolve: (isProven: true) => void } | undefined;

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  /** Whether Asterisk keeps for us what happens while this connection is away: it does where it has dialled us. */
  get isKept(): boolean {
    return !this.#isOurs;
  }

  /** `requests` is the way of those that need no socket of events. */
  async open(options: SocketOptions, requests: AriSender, signal: AbortSignal): Promise<AriSocket> {
    const onEvent = (event: AriEvent): void => this.#hear(event, options.onEvent);
    const own = { ...options, onEvent, onFirstAnswer: () => this.#backlog.mark() };
    this.#isOurs = false;
    if (!(await comesToBe(options.app, requests, signal))) this.taken();
    this.#isOurs = this.#isTaken;
    this.#isTaken = false;
    if (this.#isOurs) {
      this.#options.onHolder(await holderOf(requests, options.app, signal, process.pid));
      return AriSocket.connect(own, signal);
    }
    this.#listener ??= await AriListener.open(this.#options);
    return this.#listener.accept(own, signal);
  }

  /**
   * Reads all that Asterisk has kept, its first answer comes behind that, and only then hands it over. Answers how many events they
   * were. @throws Error where the events of the application go to somebody else.
   */
  async catchUp(ari: Ari, deliver: (event: AriEvent) => void, signal: AbortSignal): Promise<number> {
    const channels = new Set((await ari.channels(signal)).map(({ id }) => id));
    const isThere = (id: string): boolean => channels.has(id);
    const kept = this.#backlog.handOver({ events: ari.events, isThere }, deliver);
    this.#isLive = true;
    await tellPresence(ari, signal);
    if (this.#isOurs || (await this.#bringsEvents(ari, signal))) return kept;
    throw new Error(this.#silent(ari.app));
  }

  /** Resolves when events have ceased to come though the connection is there, to why that may be; says meanwhile that we are here. */
  async untilSilent(ari: Ari, signal: AbortSignal): Promise<string> {
    for (let isDoubtful = false; ; ) {
      if (!isDoubtful) await sleep(lookEvery, signal);
      // Where the application is not there, answers do not come either.
      const brings = await this.#look(ari, signal).catch(() => false);
      signal.throwIfAborted();
      if (!brings && isDoubtful) return this.#silent(ari.app);
      isDoubtful = !brings;
    }
  }

  /** Another client has the application now: the next connection is one of ours, or one that proves itself. */
  taken(): void {
    if (this.#isOurs || this.#isTaken) return;
    this.#isTaken = true;
    this.#options.onTaken?.();
  }

  /** The connection is given up. What it still brings is for the next one. */
  pause(): void {
    this.#isLive = false;
  }

  /** Waits until it is time to try again: as soon as Asterisk dials, which knows best that it is there. */
  async rest(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#isTaken || !this.#listener) return sleep(ms, signal);
    await within(this.#listener.knock(), ms, signal);
  }

  close(): void {
    this.#listener?.close();
  }

  #silent(app: string): string {
    this.taken();
    return `Asterisk sends the events of ${app} to another client, or to nobody any more`;
  }

  async #look(ari: Ari, signal: AbortSignal): Promise<boolean> {
    await tellPresence(ari, signal);
    return this.#bringsEvents(ari, signal);
  }

  #hear(event: AriEvent, onEvent: SocketOptions['onEvent']): void {
    if (event.type === 'ChannelUserevent' && event.eventname === this.#proof?.name) this.#proof.resolve(true);
    else if (event.type === 'ApplicationReplaced') this.#hearOfAnother(event, onEvent);
    else if (this.#isLive) onEvent(event);
    else this.#backlog.take(event);
  }

  /** What is told of it before the proof may be long over. */
  #hearOfAnother(event: AriEvent, onEvent: SocketOptions['onEvent']): void {
    if (this.#isLive || this.#isOurs) onEvent(event);
  }

  /** Whoever gives up too soon takes the application from himself. */
  async #bringsEvents(ari: Ari, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<true>();
    this.#proof = { name: `${ari.app}-proof-${nowMicros()}`, resolve };
    try {
      await ari.sendEvent(this.#proof.name, signal);
      return (await within(promise, requestTimeout, signal)) ?? false;
    } catch (error) {
      if (error instanceof AriError && error.status === 404) return false; // no such application
      throw error;
    } finally {
      this.#proof = undefined;
    }
  }
}

/** Whether Asterisk knows the application, or does in a moment: somebody may be mending its connection just now. */
async function comesToBe(app: string, requests: AriSender, signal: AbortSignal): Promise<boolean> {
  if (await isRegistered(app, requests, signal)) return true;
  await sleep(moment, signal);
  return isRegistered(app, requests, signal);
}

/** Whether Asterisk knows the application, whoever has it. */
async function isRegistered(app: string, requests: AriSender, signal: AbortSignal): Promise<boolean> {
  try {
    await requests.send({ operation: operations.application, path: { applicationName: app } }, signal);
    return true;
  } catch (error) {
    if (error instanceof AriError && error.status === 404) return false;
    throw error;
  }
}
