import { Gauge, type Registry } from 'prom-client';
import { SlowFigure } from './slow-figure.ts';

/** In bytes. */
export interface DiskSpace {
  readonly size: number;
  /** What is left of it for the daemon. */
  readonly free: number;
}

/** What is there just now. */
export interface Gauges {
  readonly liveCalls: number;
  readonly liveActiveflows: number;
  readonly isConnected: boolean;
  /** Channels and bridges in Asterisk that somebody here answers for, and what was found there that nobody did. */
  readonly owned: number;
  readonly orphans: number;
  /** Calls that wait in queues, and how long the one has that waits longest, in milliseconds. */
  readonly waitingInQueues: { readonly count: number; readonly longest: number };
  /** Who is to be called back. */
  readonly callbacks: number;
  /** Changes that are not written yet. */
  readonly waitingChanges: number;
  readonly pendingDeliveries: () => Promise<number>;
  /** In bytes. */
  readonly storeSize: () => Promise<number>;
  readonly disks: Readonly<Record<'data' | 'media', () => Promise<DiskSpace>>>;
}

const directories = ['data', 'media'] as const;

/** The figures that are looked up when somebody asks for them. One that cannot be had stays as it was. */
export class PresentFigures {
  readonly #gauges: ReturnType<typeof gaugesIn>;
  readonly #pending = new SlowFigure<number>();
  readonly #size = new SlowFigure<number>();
  readonly #rooms = { data: new SlowFigure<DiskSpace>(), media: new SlowFigure<DiskSpace>() };

  constructor(registers: Registry[]) {
    this.#gauges = gaugesIn(registers);
  }

  async look(now: Gauges): Promise<void> {
    const gauges = this.#gauges;
    gauges.calls.set(now.liveCalls);
    gauges.activeflows.set(now.liveActiveflows);
    gauges.connected.set(now.isConnected ? 1 : 0);
    gauges.owned.set(now.owned);
    gauges.orphans.set(now.orphans);
    gauges.waiting.set(now.waitingInQueues.count);
    gauges.longest.set(now.waitingInQueues.longest / 1_000);
    gauges.callbacks.set(now.callbacks);
    gauges.changes.set(now.waitingChanges);
    const [pending, size] = await Promise.all([
      this.#pending.value(now.pendingDeliveries),
      this.#size.value(now.storeSize),
      ...directories.map((directory) => this.#lookAt(directory, now.disks[directory])),
    ]);
    if (pending !== undefined) gauges.pending.set(pending);
    if (size !== undefined) gauges.size.set(size);
  }

  async #lookAt(directory: (typeof directories)[number], ask: () => Promise<DiskSpace>): Promise<void> {
    const room = await this.#rooms[directory].value(ask);
    if (!room) return;
    this.#gauges.diskSize.set({ directory }, room.size);
    this.#gauges.diskFree.set({ directory }, room.free);
  }
}

function gaugesIn(registers: Registry[]) {
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ registers, name: `ariflow_${name}`, help, labelNames });
  return {
    calls: gauge('calls_live', 'Calls that live'),
    activeflows: gauge('activeflows_live', 'Activeflows that live'),
    connected: gauge('ari_connected', 'Whether Asterisk is connected'),
    owned: gauge('owned', 'Channels and bridges in Asterisk that something here owns'),
    orphans: gauge('orphans', 'What the last audit found in Asterisk that is ours and nobody owned'),
    waiting: gauge('queue_waiting', 'Calls that wait in queues'),
    longest: gauge('queue_longest_wait_seconds', 'How long the one that waits longest has waited'),
    callbacks: gauge('queue_callbacks', 'Callers who keep their places in queues and are to be called back'),
    changes: gauge('store_changes_waiting', 'Changes that are not written yet'),
    size: gauge('store_size_bytes', 'What the database takes'),
    pending: gauge('webhook_deliveries_pending', 'Deliveries that wait for a try'),
    diskSize: gauge('disk_size_bytes', 'The disk that this directory is on', ['directory']),
    diskFree: gauge('disk_free_bytes', 'What is left of it', ['directory']),
  };
}
