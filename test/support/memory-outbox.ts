import type {
  Claim,
  ClaimedLane,
  ClaimRequest,
  DeliveryRecord,
  DeliveryResult,
  ListRequest,
  NewDelivery,
  Outbox,
  Recovered,
  RecoverRequest,
  Settlement,
} from '../../src/news/outbox.ts';

interface Delivery extends NewDelivery {
  lane: string;
  state: DeliveryRecord['state'];
  attempts: number;
  nextAt: number;
  failingSince: number | undefined;
  status: number;
  error: string;
  triedAt: number | undefined;
}

/** The pending deliveries of one lane in order, and who works on them. */
interface Lane {
  readonly endpointId: string;
  readonly name: string;
  readonly pending: Delivery[];
  lease: string;
  leaseUntil: number;
}

/** Lanes of one endpoint: those that may be due, in the order they became so, and those that wait for a time. */
interface Shelf {
  readonly lanes: Map<string, Lane>;
  readonly ready: Set<Lane>;
  readonly waiting: Set<Lane>;
  /** Nothing that waits is due before this. */
  nextAt: number;
}

export interface MemoryOutboxOptions {
  /** How many settled deliveries are remembered. */
  readonly history?: number;
}

/** An outbox that lives as long as the process, and what the transactions of the store do with one. */
export class MemoryOutbox implements Outbox {
  readonly #history: number;
  readonly #deliveries = new Map<string, Delivery>();
  readonly #settled = new Set<string>();
  readonly #shelves = new Map<string, Shelf>();
  #leases = 0;

  constructor({ history = 1_000 }: MemoryOutboxOptions = {}) {
    this.#history = history;
  }

  /** What is known already is skipped. */
  async append(deliveries: readonly NewDelivery[]): Promise<void> {
    for (const made of deliveries) {
      if (this.#deliveries.has(made.id)) continue;
      const delivery: Delivery = { ...made, ...untried };
      this.#deliveries.set(delivery.id, delivery);
      this.#enqueue(delivery);
    }
  }

  async claim(request: ClaimRequest, settlement?: Settlement): Promise<Claim> {
    if (settlement) await this.settle(settlement);
    const lanes: ClaimedLane[] = [];
    const rooms = request.rooms
      .map(({ endpointId, lanes: room }) => ({ shelf: this.#shelves.get(endpointId), room }))
      .filter((entry): entry is { shelf: Shelf; room: number } => entry.shelf !== undefined);
    for (const { shelf } of rooms) wakeDueLanes(shelf, request.now);
    for (let round = 0; ; round += 1) {
      const before = lanes.length;
      for (const { shelf, room } of rooms) {
        const [lane] = shelf.ready;
        if (lane && round < room && lanes.length < request.limit)
          lanes.push(this.#lease(shelf, lane, request));
      }
      if (lanes.length === before) break;
    }
    const nextDueAt = rooms.reduce(
      (earliest, { shelf }) => Math.min(earliest, shelf.nextAt),
      Number.POSITIVE_INFINITY,
    );
    return { lanes, nextDueAt: Number.isFinite(nextDueAt) ? nextDueAt : undefined };
  }

  async settle({ results, released }: Settlement): Promise<void> {
    for (const result of results) this.#settle(result);
    for (const { endpointId, lane: name, lease } of released) {
      const lane = this.#shelves.get(endpointId)?.lanes.get(name);
      if (lane?.lease !== lease) continue;
      lane.lease = '';
      lane.leaseUntil = 0;
      this.#reshelve(lane);
    }
  }

  async retire(activeEndpointIds: readonly string[], now: number): Promise<number> {
    const active = new Set(activeEndpointIds);
    let count = 0;
    for (const [endpointId, shelf] of [...this.#shelves]) {
      if (active.has(endpointId)) continue;
      for (const delivery of [...shelf.lanes.values()].flatMap((lane) => lane.pending)) {
        count += 1;
        const { id, attempts, status } = delivery;
        this.#settle({ kind: 'dead', id, at: now, attempts, status, error: 'endpoint_inactive' });
      }
    }
    return count;
  }

  async retry(id: string, now: number): Promise<boolean> {
    const delivery = this.#deliveries.get(id);
    if (!delivery) return false;
    delivery.nextAt = now;
    if (delivery.state === 'pending') {
      const lane = this.#shelves.get(delivery.endpointId)?.lanes.get(delivery.lane);
      if (lane) this.#reshelve(lane);
      return true;
    }
    this.#settled.delete(id);
    delivery.state = 'pending';
    delivery.lane = id;
    this.#enqueue(delivery);
    return true;
  }

  async recover({ endpointId, since, now, limit }: RecoverRequest): Promise<Recovered> {
    const own = [...this.#deliveries.values()].filter(
      (delivery) => delivery.endpointId === endpointId && delivery.createdAt >= since,
    );
    const waiting = own.filter(({ state, nextAt }) => state === 'pending' && nextAt > now).slice(0, limit);
    const dead = own.filter(({ state, triedAt = 0 }) => state === 'dead' && triedAt <= now).slice(0, limit);
    for (const delivery of dead) {
      this.#settled.delete(delivery.id);
      const lane = delivery.lane === delivery.id ? (delivery.callId ?? 'recovered') : delivery.lane;
      Object.assign(delivery, {
        ...{ state: 'pending', attempts: 0, failingSince: undefined, nextAt: delivery.createdAt, lane },
      });
    }
    // In front of what has come behind them since.
    for (const lane of Map.groupBy(dead, ({ lane }) => lane).values())
      for (const delivery of lane.toReversed()) this.#enqueue(delivery, 'first');
    for (const delivery of waiting) await this.retry(delivery.id, now);
    return { recovered: dead.length, hastened: waiting.length };
  }

  async list(request: ListRequest): Promise<readonly DeliveryRecord[]> {
    const { endpointId, callId, limit, state, since = 0, until = Number.POSITIVE_INFINITY, before } = request;
    const all = [...this.#deliveries.values()].sort((one, other) => one.createdAt - other.createdAt);
    const end = before === undefined ? all.length : all.findIndex(({ id }) => id === before);
    return all
      .slice(0, Math.max(0, end))
      .filter(
        (delivery) =>
          (endpointId === undefined || delivery.endpointId === endpointId) &&
          (callId === undefined || delivery.callId === callId) &&
          (state === undefined || delivery.state === state) &&
          delivery.createdAt >= since &&
          delivery.createdAt < until,
      )
      .slice(-limit)
      .reverse()
      .map((delivery) => ({ ...delivery }));
  }

  async find(id: string): Promise<DeliveryRecord | undefined> {
    const delivery = this.#deliveries.get(id);
    return delivery && { ...delivery };
  }

  async countPending(): Promise<number> {
    return this.#deliveries.size - this.#settled.size;
  }

  #enqueue(delivery: Delivery, place: 'first' | 'last' = 'last'): void {
    const { endpointId, lane: name } = delivery;
    let shelf = this.#shelves.get(endpointId);
    if (!shelf) {
      shelf = { lanes: new Map(), ready: new Set(), waiting: new Set(), nextAt: Number.POSITIVE_INFINITY };
      this.#shelves.set(endpointId, shelf);
    }
    let lane = shelf.lanes.get(name);
    if (!lane) {
      lane = { endpointId, name, pending: [], lease: '', leaseUntil: 0 };
      shelf.lanes.set(name, lane);
    }
    if (place === 'first') lane.pending.unshift(delivery);
    else lane.pending.push(delivery);
    if (lane.pending[0] === delivery) this.#reshelve(lane);
  }

  #lease(shelf: Shelf, lane: Lane, { now, leaseUntil, depth }: ClaimRequest): ClaimedLane {
    this.#leases += 1;
    lane.lease = `${this.#leases}`;
    lane.leaseUntil = leaseUntil;
    shelf.ready.delete(lane);
    shelf.waiting.add(lane);
    shelf.nextAt = Math.min(shelf.nextAt, leaseUntil);
    const blocked = lane.pending.findIndex(({ nextAt }) => nextAt > now);
    const due = lane.pending.slice(0, Math.min(depth, blocked < 0 ? depth : blocked));
    const { endpointId, name, lease } = lane;
    return {
      endpointId,
      lane: name,
      lease,
      leaseUntil,
      deliveries: due.map((delivery) => ({ ...delivery })),
    };
  }

  #settle(result: DeliveryResult): void {
    const delivery = this.#deliveries.get(result.id);
    if (!delivery || (delivery.state !== 'pending' && result.kind !== 'delivered')) return;
    const { attempts, status, error, at } = result;
    Object.assign(delivery, { attempts, status, error, triedAt: at });
    if (result.kind === 'failed') {
      delivery.nextAt = result.nextAt;
      delivery.failingSince = result.failingSince;
      this.#takeOut(delivery);
      if (result.isSetAside) delivery.lane = delivery.id;
      this.#enqueue(delivery, 'first');
      return;
    }
    if (delivery.state === 'pending') this.#takeOut(delivery);
    delivery.state = result.kind;
    this.#settled.add(delivery.id);
    this.#forget();
  }

  /** The lane of a delivery goes on without it. */
  #takeOut(delivery: Delivery): void {
    const lane = this.#shelves.get(delivery.endpointId)?.lanes.get(delivery.lane);
    if (!lane) return;
    lane.pending.splice(lane.pending.indexOf(delivery), 1);
    this.#reshelve(lane);
  }

  /** Puts a lane where it belongs by its first delivery and its lease; an empty one is dropped. */
  #reshelve(lane: Lane): void {
    const shelf = this.#shelves.get(lane.endpointId);
    if (!shelf) return;
    shelf.ready.delete(lane);
    shelf.waiting.delete(lane);
    const [head] = lane.pending;
    if (!head && lane.lease === '') {
      shelf.lanes.delete(lane.name);
      if (shelf.lanes.size === 0) this.#shelves.delete(lane.endpointId);
      return;
    }
    shelf.waiting.add(lane);
    shelf.nextAt = Math.min(shelf.nextAt, dueAt(lane));
  }

  #forget(): void {
    const [oldest] = this.#settled;
    if (oldest === undefined || this.#settled.size <= this.#history) return;
    this.#settled.delete(oldest);
    this.#deliveries.delete(oldest);
  }
}

const untried = {
  state: 'pending',
  attempts: 0,
  nextAt: 0,
  failingSince: undefined,
  status: 0,
  error: '',
  triedAt: undefined,
} as const;

function wakeDueLanes(shelf: Shelf, now: number): void {
  if (shelf.nextAt > now) return;
  shelf.nextAt = Number.POSITIVE_INFINITY;
  for (const lane of shelf.waiting) {
    const at = dueAt(lane);
    if (at <= now) {
      shelf.waiting.delete(lane);
      shelf.ready.add(lane);
    } else shelf.nextAt = Math.min(shelf.nextAt, at);
  }
}

function dueAt({ pending: [head], leaseUntil }: Lane): number {
  return Math.max(head?.nextAt ?? Number.POSITIVE_INFINITY, leaseUntil);
}
