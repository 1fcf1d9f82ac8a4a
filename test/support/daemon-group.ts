import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from './api-client.ts';
import { FakeAriServer } from './fake-ari-server.ts';
import type { TestPostgres } from './postgres.ts';
import { type Daemon, spawnDaemon } from './processes.ts';
import { eventually } from './until.ts';
import { WebhookSink } from './webhook-sink.ts';

/** A daemon of a group: a process, which starts again with the same data. */
export interface Member {
  readonly asterisk: FakeAriServer;
  readonly api: ApiClient;
  daemon: Daemon;
  /** Whether it takes calls. */
  isReady(): Promise<boolean>;
  /** Starts again; resolves when it lives. */
  start(): Promise<void>;
  /** Who it is to the others. */
  readonly instance: string;
  /** Its lease runs out now, and not in ten seconds. */
  lapse(): Promise<unknown>;
}

const token = 'the-same-token-for-all-of-them';

/** Daemons as processes on one PostgreSQL, each on an Asterisk that is faked in this process, alone or with others. */
export class DaemonGroup implements AsyncDisposable {
  readonly postgres: TestPostgres;
  readonly sink: WebhookSink;
  readonly databaseUrl: string;
  readonly #folder: string;
  readonly #asterisks: FakeAriServer[] = [];
  readonly #members: Member[] = [];

  private constructor(postgres: TestPostgres, sink: WebhookSink, databaseUrl: string, folder: string) {
    this.postgres = postgres;
    this.sink = sink;
    this.databaseUrl = databaseUrl;
    this.#folder = folder;
  }

  static async begin(postgres: TestPostgres): Promise<DaemonGroup> {
    const folder = await mkdtemp(join(tmpdir(), 'ariflow-group-'));
    return new DaemonGroup(postgres, await WebhookSink.open(), await postgres.createStoreDatabase(), folder);
  }

  async asterisk(): Promise<FakeAriServer> {
    const server = await FakeAriServer.open();
    this.#asterisks.push(server);
    return server;
  }

  /** Starts one more; resolves when it takes calls, or lives where it has to wait. */
  async join(asterisk: FakeAriServer, env: Readonly<Record<string, string>> = {}): Promise<Member> {
    const all = {
      ARIFLOW_DATA_DIR: join(this.#folder, String(this.#members.length)),
      ARIFLOW_DATABASE_URL: this.databaseUrl,
      ARIFLOW_ARI_URL: asterisk.url,
      ARIFLOW_ARI_USER: asterisk.user,
      ARIFLOW_ARI_PASSWORD: asterisk.password,
      ARIFLOW_API_TOKEN: token,
      ARIFLOW_API_RATE: '1000000',
      ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8',
      ...env,
    };
    const begin = async () => {
      const daemon = await spawnDaemon(all, { readyWithin: 0 });
      await lives(daemon);
      return { daemon, api: new ApiClient(daemon.url, { token }) };
    };
    const first = await begin();
    const instance = readFileSync(join(all.ARIFLOW_DATA_DIR, 'instance'), 'utf8').trim();
    const member = {
      asterisk,
      ...first,
      isReady: async () => (await fetch(`${member.daemon.url}/readyz`)).status === 200,
      start: async () => void Object.assign(member, await begin()),
      instance,
      lapse: () => this.query(`update daemons set lease_until = 0 where id = '${instance}'`),
    };
    this.#members.push(member);
    return member;
  }

  query<R extends Record<string, unknown>>(sql: string): Promise<R[]> {
    return this.postgres.query<R>(sql, this.databaseUrl);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { daemon } of this.#members) {
      daemon.kill('SIGCONT');
      daemon.kill('SIGKILL');
      await daemon.exited;
    }
    for (const asterisk of this.#asterisks) await asterisk.close();
    await this.sink.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function lives(daemon: Daemon): Promise<void> {
  const isThere = () =>
    fetch(`${daemon.url}/healthz`).then(
      ({ ok }) => ok,
      () => {
        if (!daemon.isRunning) throw new Error(`the daemon has ended\n${daemon.describe()}`);
        return false;
      },
    );
  await eventually(isThere, { timeout: 60_000, what: () => `the daemon to live\n${daemon.describe()}` });
}
