import type { ClaimRequest } from '../news/outbox.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointGate, type GateOptions } from './endpoint-gate.ts';

interface Row {
  readonly endpoint: Endpoint;
  readonly gate: EndpointGate;
}

type Room = ClaimRequest['rooms'][number];

/** The active endpoints as last read, and what each may take. */
export class EndpointTable {
  readonly #options: GateOptions;
  #rows = new Map<string, Row>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get ids(): string[] {
    return [...this.#rows.keys()];
  }

  /** Reads the endpoints anew. A receiver that moved, or that its owner switched on again, starts with a clean record. */
  refresh(endpoints: readonly Endpoint[]): void {
    const before = this.#rows;
    this.#rows = new Map();
    for (const endpoint of endpoints) {
      if (endpoint.status !== 'active') continue;
      const known = before.get(endpoint.id);
      const gate = known?.gate ?? new EndpointGate(this.#options);
      if (known && (known.endpoint.uri !== endpoint.uri || gate.isDisabled)) gate.reset();
      this.#rows.set(endpoint.id, { endpoint, gate });
    }
  }

  /** An endpoint that is active still, with its gate. */
  find(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /**
   * How many lanes may be claimed of each endpoint when so many more may run in all. Endpoints that have no lane running come
   * first and get one even if there is no room left: slow ones cannot use up everybody's share.
   */
  rooms(now: number, free: number): Pick<ClaimRequest, 'rooms' | 'limit'> {
    const resting: Room[] = [];
    const busy: Room[] = [];
    for (const [endpointId, { gate }] of this.#rows) {
      const lanes = gate.room(now);
      if (lanes > 0) (gate.active === 0 ? resting : busy).push({ endpointId, lanes });
    }
    if (free <= 0) return { rooms: resting.map((room) => ({ ...room, lanes: 1 })), limit: resting.length };
    return { rooms: [...resting, ...busy], limit: Math.max(free, resting.length) };
  }

  /** When the next open breaker lets one through. */
  nextOpening(now: number): number | undefined {
    let next: number | undefined;
    for (const { gate } of this.#rows.values()) {
      const at = gate.opensAt(now);
      if (at !== undefined && (next === undefined || at < next)) next = at;
    }
    return next;
  }
}
