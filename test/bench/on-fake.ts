import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadSecrets } from '../../src/config/secrets.ts';
import type { SimulatedChannel } from '../../src/simulator/asterisk/channel.ts';
import type { SimulatedRequest } from '../../src/simulator/asterisk/request.ts';
import { ApiClient } from '../support/api-client.ts';
import { FakeAriServer } from '../support/fake-ari-server.ts';
import { type Daemon, spawnDaemon } from '../support/processes.ts';

/** When a daemon did something to a call, in milliseconds of this process. */
export interface Times {
  came: number;
  answered?: number;
  hungUp?: number;
}

/** So many calls may wait for an answer; whoever calls beside them waits. More than a daemon takes at once it refuses. */
const mostUnanswered = 50;

/**
 * A daemon as a process of its own, on the fake Asterisk in this one: as many calls as one likes, without audio, and what they cost
 * the daemon alone.
 */
export class OnFake implements AsyncDisposable {
  readonly server: FakeAriServer;
  readonly folder: string;
  /** Of the calls that were made, by their channels. */
  readonly times = new Map<string, Times>();
  daemon: Daemon;
  #unanswered = 0;

  private constructor(server: FakeAriServer, folder: string, daemon: Daemon) {
    this.server = server;
    this.folder = folder;
    this.daemon = daemon;
    const { asterisk } = server;
    const perform = asterisk.perform.bind(asterisk);
    asterisk.perform = (request) => {
      this.#note(request);
      return perform(request);
    };
  }

  static async start(): Promise<OnFake> {
    const server = await FakeAriServer.open();
    const folder = await mkdtemp(join(tmpdir(), 'ariflow-growth-'));
    return new OnFake(server, folder, await spawnDaemon(envOf(server, folder)));
  }

  get api(): ApiClient {
    return new ApiClient(this.daemon.url, { token: loadSecrets(this.folder).api_token });
  }

  /** How many channels there are. */
  get live(): number {
    return this.server.asterisk.channels.size;
  }

  async flowOn(number: string, actions: readonly unknown[]): Promise<void> {
    const flow = await this.api.post<{ id: string }>('/v1.0/flows', { name: number, actions });
    const stored = await this.api.post('/v1.0/numbers', { number, call_flow_id: flow.body.id });
    if (stored.status !== 200) throw new Error(`no flow on ${number}: ${JSON.stringify(stored.body)}`);
  }

  /** Kills the daemon, does something to its files, and starts it again; answers in how many milliseconds it was ready. */
  async restart(
    meanwhile: () => void = () => undefined,
    signal: NodeJS.Signals = 'SIGKILL',
  ): Promise<number> {
    this.daemon.kill(signal);
    await this.daemon.exited;
    meanwhile();
    const began = performance.now();
    this.daemon = await spawnDaemon(envOf(this.server, this.folder));
    return performance.now() - began;
  }

  /** Makes so many calls, so many a second; resolves when the last one was made. */
  async call(
    numberOf: (call: number) => string,
    calls: number,
    rate: number,
  ): Promise<readonly SimulatedChannel[]> {
    const began = performance.now();
    const made: SimulatedChannel[] = [];
    for (let call = 0; call < calls; call++) {
      const wait = began + (call * 1_000) / rate - performance.now();
      if (wait > 0) await pause(wait);
      while (this.#unanswered > mostUnanswered) await pause(1);
      const channel = this.server.asterisk.dial({ number: numberOf(call), from: `49301${call % 5_000}` });
      this.times.set(channel.id, { came: performance.now() });
      this.#unanswered += 1;
      void channel.ended.promise.then(() => this.#isAnswered(channel.id));
      made.push(channel);
    }
    return made;
  }

  /** Milliseconds of processor that the daemon has used, all its threads. */
  async cpu(): Promise<number> {
    const tasks = `/proc/${this.daemon.pid}/task`;
    let nanoseconds = 0;
    for (const thread of await readdir(tasks))
      nanoseconds += Number((await readFile(join(tasks, thread, 'schedstat'), 'utf8')).split(' ')[0]);
    return nanoseconds / 1e6;
  }

  /** Megabytes that the daemon has resident. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.daemon.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.daemon.kill('SIGKILL');
    await this.daemon.exited;
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  #note({ operation: { name }, path }: SimulatedRequest): void {
    const times = this.times.get(path.channelId ?? '');
    if (!times) return;
    if (name === 'answer') {
      times.answered ??= performance.now();
      this.#unanswered -= 1;
    } else if (name === 'hangup') times.hungUp ??= performance.now();
  }

  /** One that was never answered, and is gone, is waited for no more. */
  #isAnswered(channelId: string): void {
    const times = this.times.get(channelId);
    if (times && times.answered === undefined) this.#unanswered -= 1;
  }
}

function envOf(server: FakeAriServer, folder: string): Readonly<Record<string, string>> {
  return {
    ARIFLOW_DATA_DIR: folder,
    ARIFLOW_ARI_URL: server.url,
    ARIFLOW_ARI_USER: server.user,
    ARIFLOW_ARI_PASSWORD: server.password,
    ARIFLOW_ARI_APP: server.asterisk.app,
    ARIFLOW_API_RATE: '100000',
  };
}
