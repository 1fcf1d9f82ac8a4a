import { now } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { messageOf } from '../core/errors.ts';
import { nextTurn, onAbort } from '../core/wait.ts';
import { Alarm } from './alarm.ts';
import { type DelivererDependencies, type DelivererOptions, defaultOptions } from './deliverer-options.ts';
import { EndpointTable } from './endpoint-table.ts';
import { LaneRunner } from './lane-runner.ts';
import { Settlements } from './settlements.ts';

/** Deliveries of one lane taken at once. */
const depth = 16;
const maxBreakerPause = 300_000;

/** Between two visits to the outbox, in milliseconds: what ends and what begins meanwhile goes together. */
const rest = 10;

/**
 * Brings what is in the outbox to the endpoints. One loop moves everything between memory and the outbox: results back, due
 * lanes out. Each claimed lane runs beside it, one request at a time.
 */
export class Deliverer {
  readonly #deps: DelivererDependencies;
  readonly #options: DelivererOptions;
  readonly #clock: { now(): number };
  readonly #alarm = new Alarm();
  readonly #stop = new AbortController();
  readonly #table: EndpointTable;
  readonly #settlements: Settlements;
  readonly #runner: LaneRunner;
  readonly #running = new Set<Promise<void>>();
  readonly #loop: Promise<void>;
  #areEndpointsStale = true;
  #mustRetire = true;
  #retiredAt = 0;
  /** The last visit took all it could take of an endpoint: more may wait there. */
  #isPressed = false;
  #isClosing = false;
  #isClosed = false;
  #failures = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(dependencies: DelivererDependencies) {
    this.#deps = dependencies;
    this.#options = { ...defaultOptions, ...dependencies.options };
    this.#clock = dependencies.clock ?? { now };
    const { schedule, lanesPerEndpoint } = this.#options;
    const pauses = schedule.map((delay) => Math.min(delay, maxBreakerPause)).slice(0, 4);
    this.#table = new EndpointTable({ maxLanes: lanesPerEndpoint, pauses });
    this.#settlements = new Settlements();
    this.#runner = new LaneRunner(
      { ...dependencies, options: this.#options, clock: this.#clock, table: this.#table },
      (result) => {
        this.#settlements.add(result);
        this.#alarm.ring();
      },
    );
    this.#loop = this.#run();
  }

  /** Endpoints were created, changed or deleted. */
  endpointsChanged(): void {
    this.#areEndpointsStale = true;
    this.#alarm.ring();
  }

  /** Something in the outbox may be due: it was appended, or is to be tried once more. */
  wake(): void {
    this.#alarm.ring();
  }

  /** Resolves when everything in the outbox has been delivered or given up. */
  async idle(): Promise<void> {
    if (this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idleWaiters.push(resolve);
    this.#alarm.ring();
    await promise;
  }

  /** Delivers what is due, for a bounded time or until the signal; what is left stays in the outbox. */
  async close(signal?: AbortSignal): Promise<void> {
    this.#isClosing = true;
    using end = new Deadline(this.#options.drain, signal);
    const stop = () => {
      this.#stop.abort();
      this.#alarm.ring();
    };
    using _ = onAbort(end.signal, stop);
    this.#alarm.ring();
    await this.#loop;
  }

  async #run(): Promise<void> {
    for (;;) {
      await nextTurn(); // results of this round of I/O go together
      const wakeAt = await this.#tryTurn();
      if (this.#isClosing && this.#isOver(wakeAt)) break;
      await this.#alarm.wait(wakeAt - this.#clock.now(), this.#isClosing || this.#isPressed ? 0 : rest);
    }
    this.#isClosed = true;
    for (const resolve of this.#idleWaiters) resolve();
  }

  /** Does what there is to do; answers when to look again. */
  async #tryTurn(): Promise<number> {
    try {
      const wakeAt = await this.#turn();
      if (this.#failures > 0) this.#deps.log.info({ failures: this.#failures }, 'webhook_outbox_restored');
      this.#failures = 0;
      return wakeAt;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1) this.#deps.log.error({ error: messageOf(error) }, 'webhook_outbox_failed');
      return this.#clock.now() + Math.min(100 * 2 ** this.#failures, 5_000);
    }
  }

  async #turn(): Promise<number> {
    this.#refresh();
    await this.#retire();
    const dueAt = await this.#claim();
    await this.#tellIdle();
    return Math.min(dueAt, this.#clock.now() + this.#options.poll);
  }

  #refresh(): void {
    if (!this.#areEndpointsStale) return;
    this.#table.refresh(this.#deps.endpoints());
    this.#areEndpointsStale = false;
    this.#mustRetire = true;
  }

  /** A change of the endpoints holds for what is pending too. */
  async #retire(): Promise<void> {
    const now = this.#clock.now();
    if (!this.#mustRetire && now - this.#retiredAt < this.#options.retire) return;
    await this.#settle(); // what has been delivered is not to be given up
    this.#mustRetire = false;
    this.#retiredAt = now;
    const count = await this.#deps.outbox.retire(this.#table.ids, now).catch((error: unknown) => {
      this.#mustRetire = true;
      throw error;
    });
    if (count > 0) this.#deps.log.warn({ count }, 'webhook_deliveries_retired');
  }

  async #settle(): Promise<void> {
    await this.#settlements.flush(async (settlement) => {
      if (settlement) await this.#deps.outbox.settle(settlement);
    });
  }

  /** Settles and starts what is due, in one transaction; answers when the next is, by the same clock reading: a breaker may shut between two. */
  async #claim(): Promise<number> {
    const now = this.#clock.now();
    const opening = this.#table.nextOpening(now) ?? Number.POSITIVE_INFINITY;
    const { rooms, limit } = this.#table.rooms(now, this.#options.lanes - this.#running.size);
    const { aborted } = this.#stop.signal;
    if (aborted || rooms.length === 0) {
      this.#isPressed = this.#running.size > 0;
      await this.#settle();
      return aborted ? Number.POSITIVE_INFINITY : opening;
    }
    const leaseUntil = now + Math.max(30_000, 4 * this.#options.timeout);
    const { lanes, nextDueAt } = await this.#settlements.flush((settlement) =>
      this.#deps.outbox.claim({ now, leaseUntil, rooms, limit, depth }, settlement),
    );
    for (const lane of lanes) {
      const run = this.#runner.run(lane, this.#stop.signal).finally(() => {
        this.#running.delete(run);
        this.#settlements.release(lane);
        this.#alarm.ring();
      });
      this.#running.add(run);
    }
    this.#isPressed = rooms.some(({ endpointId }) => this.#table.find(endpointId)?.gate.room(now) === 0);
    return Math.min(opening, nextDueAt ?? Number.POSITIVE_INFINITY);
  }

  #isQuiet(): boolean {
    return this.#running.size === 0 && this.#settlements.isEmpty;
  }

  /** Closing ends when nothing is under way; after the time limit also with a store that does not answer. */
  #isOver(wakeAt: number): boolean {
    if (this.#failures > 0) return this.#stop.signal.aborted && this.#running.size === 0;
    return this.#isQuiet() && (this.#stop.signal.aborted || wakeAt > this.#clock.now());
  }

  async #tellIdle(): Promise<void> {
    if (this.#idleWaiters.length === 0 || !this.#isQuiet() || (await this.#deps.outbox.countPending()) > 0)
      return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
