import type { Flow } from './dialplan.ts';

/**
 * In the order of the tables: the limit, the floor, the floor of whoever posts what happens, what users write, the daemon, with an endpoint that
 * takes `*`, with one or many who look at the stream of events; another daemon.
 */
export const partNames = [
  'dialplan',
  'bare',
  'bare-webhook',
  'ari-client',
  'daemon',
  'daemon-webhook',
  'daemon-viewer',
  'daemon-viewers',
  'earlier',
] as const;

export type PartName = (typeof partNames)[number];

/** One of those that are compared. */
export interface Part {
  readonly name: PartName;
  /** Of its controller; the dialplan has none. */
  readonly pid?: number;
  /** Whom to call for a flow. */
  readonly numberOf: (flow: Flow) => string;
  /** What is there only while it is its turn. */
  readonly enter?: () => Promise<AsyncDisposable>;
}

export interface PartsOptions {
  readonly names: readonly PartName[];
  /** Where controllers find ARI. */
  readonly ariUrl: string;
  /** The checkout whose daemon is `earlier`. */
  readonly earlier?: string | undefined;
  /** More of the environment of a controller. */
  readonly envOf?: (name: PartName) => Readonly<Record<string, string>>;
}
