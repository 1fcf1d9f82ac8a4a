import type { AriEvent } from '../../ari/events.gen.ts';
import type { Operation } from '../../ari/operations.ts';

/** A request, whatever it came through. */
export interface SimulatedRequest {
  readonly operation: Pick<Operation, 'resource' | 'name'>;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

export interface SimulatedAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** What the request caused; whoever carries the answer decides which of the two comes first. */
  readonly events: readonly AriEvent[];
}

export type Reply = { readonly status: number; readonly body?: unknown };

/** What a part of it answers, by `resource.name`. */
export type Handlers = Readonly<Record<string, (request: SimulatedRequest) => Reply>>;

export const refused = (status: number, message: string): Reply => ({ status, body: { message } });
export const gone = (what: string): Reply => refused(404, `${what} not found`);
export const notInStasis = refused(409, 'Channel not in Stasis application');
export const invalidState = refused(412, 'Channel in invalid state');
export const done: Reply = { status: 204 };
