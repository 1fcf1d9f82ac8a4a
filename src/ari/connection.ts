import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { onAbort, sleep } from '../core/wait.ts';
import { Absence } from './absence.ts';
import { Ari } from './ari.ts';
import { AriClientTransport } from './ari-client.ts';
import { HttpTransport } from './ari-http.ts';
import { AriSocket, type SocketOptions } from './ari-socket.ts';
import type { AriEvent } from './events.gen.ts';
import { InboundLine } from './inbound-line.ts';
import { SocketLanes } from './socket-lanes.ts';
import { type Holder, TakenOver } from './taken-over.ts';
import { AriError, type AriRequest, type AriSender, type AriTransport } from './transport.ts';

export type TransportName = 'websocket' | 'http' | 'ari-client' | 'inbound';

/** What a (re)connection comes with. */
export interface Restored {
  /** How many events Asterisk had kept for us, all delivered by now; undefined where those of the gap are lost for good. */
  readonly backlog: number | undefined;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly app: string;
  readonly transport: TransportName;
  /** Where Asterisk dials us: for the transport `inbound`. */
  readonly listen?: { readonly host: string; readonly port: number };
  readonly log: Log;
  /**
   * Called on every (re)connection, before `isReady`: events of the gap may be lost, also where Asterisk keeps them (those a daemon
   * had received and not handled when it was killed), so whoever has state compares it.
   */
  readonly onRestored: (signal: AbortSignal, restored: Restored) => Promise<void>;
  /** Another client has taken the application from us. */
  readonly onTaken?: () => void;
  /** Asked before every connection: why there may be none now. */
  readonly obstacle?: ((signal: AbortSignal) => Promise<string | undefined>) | undefined;
  /** Asked before every request, and where it promises an answer that is waited for: whether one may be made. */
  readonly mayAct?: (() => Promise<boolean> | undefined) | undefined;
  /** Called when Asterisk is away for so long that its calls are no more. */
  readonly onGone?: () => void;
  /** Somebody else hears of our calls from now on, though we may still give orders, until this resolves. */
  readonly onTakenOver?: (signal: AbortSignal) => Promise<void>;
}

/** Half of all events, and nothing we use. */
const uselessEvents = [
  'ChannelVarset', 'ChannelDialplan', 'ChannelCallerId', 'ChannelConnectedLine', 'ContactStatusChange',
  'DeviceStateChanged', 'EndpointStateChange', 'PeerStatusChange',
]; // biome-ignore format: a list of names

const firstDelay = 100;
const longestDelay = 2_000;

/** Keeps a connection to Asterisk for as long as its scope lives, reconnecting without limit. */
export class AriConnection implements AriSender {
  readonly ari: Ari;
  readonly #options: ConnectionOptions;
  readonly #inbound: InboundLine | undefined;
  #transport: AriTransport | undefined;
  #isReady = false;
  #isReplaced = false;
  #isSilent = false;
  #giveUp: (reason: string) => void = () => undefined;
  #lastProblem = 'not connected yet';
  readonly #absence = new Absence();
  readonly #takenOver: TakenOver;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#takenOver = new TakenOver(options);
    this.ari = new Ari(options.app, this);
    this.#inbound = this.#inboundLine();
  }

  /** Connected, application registered, state compared. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** There is an open socket to Asterisk, and our application is ours. */
  get isConnected(): boolean {
    return this.#transport !== undefined && !this.#isReplaced;
  }

  /** Why it is not ready, for people. */
  get problem(): string {
    return this.#isReady ? '' : this.#lastProblem;
  }

  start(scope: Scope): void {
    const inbound = this.#inbound;
    if (inbound) scope.defer(() => inbound.close());
    scope.spawn('ari-connection', (signal) => this.#keepConnected(signal));
  }

  /**
   * From now on nothing is heard of Asterisk, and nothing is asked of it: whoever does gets no answer, and so does nothing more.
   * For a process that ends and leaves its calls as they are; its sockets end with it.
   */
  fallSilent(): void {
    this.#isSilent = true;
    this.#isReady = false;
    // What comes from now on is for the next one.
    if (this.#inbound) this.#giveUp('left');
  }

  send(request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    if (this.#isSilent) return new Promise(() => undefined);
    const asked = this.#options.mayAct?.();
    return asked ? this.#sendIf(asked, request, signal) : this.#send(request, signal);
  }

  async #sendIf(asked: Promise<boolean>, request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    if (!(await asked)) throw new AriError(0, 'another daemon has taken over the calls');
    return this.#send(request, signal);
  }

  #send(request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    if (!this.#transport) return Promise.reject(new AriError(0, 'ARI is not connected'));
    return this.#transport.send(request, signal);
  }

  async #keepConnected(signal: AbortSignal): Promise<void> {
    let delay = firstDelay;
    while (!signal.aborted && !this.#isSilent) {
      const wasReady = await this.#connectOnce(signal);
      if (this.#isReplaced) await this.#standBack(signal);
      delay = wasReady ? firstDelay : Math.min(delay * 2, longestDelay);
      const rest = delay * (0.75 + Math.random() / 2);
      await (this.#inbound?.rest(rest, signal) ?? sleep(rest, signal));
    }
  }

  /** Connects and stays until the connection is lost. Resolves to whether it ever was ready. */
  async #connectOnce(signal: AbortSignal): Promise<boolean> {
    const lost = Promise.withResolvers<string>();
    this.#giveUp = lost.resolve;
    const options: SocketOptions = {
      ...this.#options,
      onEvent: (event) => {
        // What a closing socket still says is about itself: its successor replaces it.
        if (!isOver) this.#hear(event, lost.resolve);
      },
      onClose: lost.resolve,
    };
    let socket: AriSocket | undefined;
    let transport: AriTransport | undefined;
    let wasReady = false;
    let isOver = false;
    using _ = onAbort(signal, () => lost.resolve('stopped'));
    try {
      const obstacle = await this.#options.obstacle?.(signal);
      if (obstacle !== undefined) throw new Error(obstacle);
      // The requests' way first: calls come in from the moment the application has its socket.
      transport = await this.#openTransport(options, signal);
      socket = await (this.#inbound?.open(options, transport, signal) ?? AriSocket.connect(options, signal));
      transport.useSocket?.(socket);
      this.#transport = transport;
      await Promise.race([
        this.#settle(signal),
        lost.promise.then((reason) => Promise.reject(new Error(reason))),
      ]);
      this.#ready();
      wasReady = true;
      this.#lost(await this.#untilLost(lost.promise, signal), signal);
    } catch (error) {
      this.#failed(error, signal);
    } finally {
      if (this.#isReplaced) await this.#giveUpCalls(signal);
      isOver = true;
      this.#inbound?.pause();
      this.#isReady = false;
      this.#transport = undefined;
      socket?.close();
      await transport?.close();
    }
    return wasReady;
  }

  async #untilLost(lost: Promise<string>, signal: AbortSignal): Promise<string> {
    if (!this.#inbound) return lost;
    const end = new AbortController();
    const silent = this.#inbound.untilSilent(this.ari, AbortSignal.any([signal, end.signal]));
    silent.catch(() => undefined);
    return Promise.race([lost, silent]).finally(() => end.abort());
  }

  #openTransport(options: SocketOptions, signal: AbortSignal): Promise<AriTransport> {
    switch (this.#options.transport) {
      case 'websocket':
      case 'inbound':
        return SocketLanes.open(options, signal);
      case 'http':
        return Promise.resolve(new HttpTransport(this.#options));
      case 'ari-client':
        return AriClientTransport.connect(this.#options, signal);
      default:
        return this.#options.transport satisfies never;
    }
  }

  /** What Asterisk may have forgotten meanwhile is set again, and our own state compared with its. */
  async #settle(signal: AbortSignal): Promise<void> {
    const backlog = await this.#catchUp(signal);
    await this.ari.filterEvents(uselessEvents, signal);
    await this.#options.onRestored(signal, { backlog });
  }

  /** Read first, work later: until what Asterisk has kept has been read nothing else is done. */
  async #catchUp(signal: AbortSignal): Promise<number | undefined> {
    if (!this.#inbound) return undefined;
    const kept = await this.#inbound.catchUp(this.ari, (event) => this.#deliver(event), signal);
    return this.#inbound.isKept ? kept : undefined;
  }

  #inboundLine(): InboundLine | undefined {
    const { transport, listen, log, app, url } = this.#options;
    if (transport !== 'inbound') return undefined;
    if (!listen) throw new Error('ARI: the transport inbound needs an address to listen at');
    const onHolder = (holder: Holder | undefined): void =>
      log.error({ url, app, ...holder }, 'application_taken_over');
    return new InboundLine({ ...this.#options, ...listen, onHolder });
  }

  #ready(): void {
    this.#absence.over();
    this.#isReady = true;
    this.#lastProblem = '';
    this.#options.log.info({ url: this.#options.url, transport: this.#options.transport }, 'ari_connected');
  }

  #hear(event: AriEvent, lose: (reason: string) => void): void {
    if (event.type !== 'ApplicationReplaced') return this.#deliver(event);
    const taken = `another client has taken over the application ${this.#options.app}`;
    this.#isReplaced = !this.#inbound;
    if (this.#inbound) this.#inbound.taken();
    else this.#options.onTaken?.();
    lose(this.#inbound ? `${taken}; taking it back` : `${taken}; stop one of the two`);
  }

  /** A defect in the handling of one event must not end the connection, and with it every call. */
  #deliver(event: AriEvent): void {
    if (this.#isSilent) return;
    try {
      this.ari.events.dispatch(event);
    } catch (error) {
      this.#options.log.error({ event: event.type, error: messageOf(error) }, 'event_not_handled');
    }
  }

  async #giveUpCalls(signal: AbortSignal): Promise<void> {
    try {
      await this.#options.onTakenOver?.(signal);
    } catch (error) {
      if (!signal.aborted) this.#options.log.error({ error: messageOf(error) }, 'calls_not_given_up');
    }
  }

  async #standBack(signal: AbortSignal): Promise<void> {
    const { log, app, url } = this.#options;
    await this.#takenOver.free(
      (holder) => log.error({ url, app, ...holder }, 'application_taken_over'),
      signal,
    );
    this.#isReplaced = false;
    log.info({ url, app }, 'application_taken_back');
  }

  #failed(error: unknown, signal: AbortSignal): void {
    this.#lost(explain(error, this.#options), signal);
    if (!signal.aborted && this.#absence.isFinal(error)) this.#options.onGone?.();
  }

  #lost(problem: string, signal: AbortSignal): void {
    if (signal.aborted || this.#isSilent) return;
    if (this.#isReady) this.#absence.began();
    const isNews = this.#isReady || problem !== this.#lastProblem;
    this.#isReady = false;
    this.#lastProblem = problem;
    // Once per kind of trouble: an Asterisk that is away for an hour must not fill the log.
    if (isNews) this.#options.log.warn({ url: this.#options.url, problem }, 'ari_not_connected');
  }
}

function explain(error: unknown, { url, user }: ConnectionOptions): string {
  if (!(error instanceof AriError)) return messageOf(error);
  if (error.status === 401)
    return `ARI refuses the user ${user} or its password (ARIFLOW_ARI_USER, ARIFLOW_ARI_PASSWORD)`;
  if (error.status === 503) return 'Asterisk is still starting';
  if (error.status === 404) return `there is no ARI at ${url}: is res_ari loaded?`;
  return error.status === 0 ? `no Asterisk answers at ${url}` : error.message;
}
