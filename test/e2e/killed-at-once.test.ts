import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSecrets } from '../../src/config/secrets.ts';
import { ApiClient, type ApiResponse } from '../support/api-client.ts';
import { FakeAriServer } from '../support/fake-ari-server.ts';
import { TestPostgres } from '../support/postgres.ts';
import { type Daemon, spawnDaemon } from '../support/processes.ts';
import { isSoak } from '../support/scale.ts';
import { eventually } from '../support/until.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

// What users make, change and delete is told, however soon after the answer the daemon is killed.

const rounds = isSoak ? 20 : 1;

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await TestPostgres.start();
}, 300_000);
afterAll(() => postgres?.stop());

const engines: Readonly<Record<string, () => Promise<Readonly<Record<string, string>>>>> = {
  SQLite: async () => ({}),
  PostgreSQL: async () => ({ ARIFLOW_DATABASE_URL: await postgres.createDatabase() }),
};

interface Made {
  readonly id: string;
  readonly tm_update: string;
}

/** What has been answered, and the event that tells of it. */
interface Answered {
  readonly type: string;
  readonly id: string;
  /** Of the record as it was answered; of what changes by itself nothing. */
  readonly tm_update?: string;
}

/** A daemon as a process, on an Asterisk where nobody calls, with an endpoint that stays. */
class Given implements AsyncDisposable {
  readonly sink: WebhookSink;
  readonly #server: FakeAriServer;
  readonly #env: Readonly<Record<string, string>>;
  readonly #folder: string;
  #daemon: Daemon | undefined;

  private constructor(sink: WebhookSink, server: FakeAriServer, env: Readonly<Record<string, string>>) {
    this.sink = sink;
    this.#server = server;
    this.#folder = mkdtempSync(join(tmpdir(), 'ariflow-killed-'));
    this.#env = {
      ARIFLOW_DATA_DIR: this.#folder,
      ARIFLOW_ARI_URL: server.url,
      ARIFLOW_ARI_USER: server.user,
      ARIFLOW_ARI_PASSWORD: server.password,
      ARIFLOW_ARI_APP: server.asterisk.app,
      ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8',
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8',
      ARIFLOW_API_RATE: '100000',
      ...env,
    };
  }

  static async start(env: Readonly<Record<string, string>>): Promise<Given> {
    const given = new Given(await WebhookSink.open(), await FakeAriServer.open(), env);
    await given.restart();
    await given.made('POST', 'webhooks', { uri: `${given.sink.url}/events` });
    return given;
  }

  async restart(): Promise<void> {
    this.#daemon = await spawnDaemon(this.#env);
  }

  async kill(): Promise<void> {
    this.#daemon?.kill('SIGKILL');
    await this.#daemon?.exited;
  }

  get api(): ApiClient {
    return new ApiClient(this.#daemon?.url ?? '', { token: loadSecrets(this.#folder).api_token });
  }

  async asked<T>(method: string, path: string, body?: object): Promise<T> {
    const answer: ApiResponse<T> = await this.api.request(method, `/v1.0/${path}`, body);
    expect(answer).toMatchObject({ status: 200 });
    return answer.body;
  }

  made(method: string, path: string, body?: object): Promise<Made> {
    return this.asked(method, path, body);
  }

  /** Asks for a change, and answers what is to be told of it. */
  async changed(type: string, method: string, path: string, body?: object): Promise<Answered> {
    const { id, tm_update } = await this.made(method, path, body);
    return { type, id, tm_update };
  }

  /** That it is told, and if twice, as the same. */
  async isTold({ type, id, tm_update }: Answered): Promise<void> {
    const isIt = (request: {
      readonly type: string | undefined;
      readonly data: Readonly<Record<string, unknown>>;
    }) =>
      request.type === type &&
      request.data.id === id &&
      (tm_update === undefined || request.data.tm_update === tm_update);
    await this.sink.waitFor(isIt, { what: `${type} of ${id}` });
    const ids = this.sink.requests.filter(isIt).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size, type).toBe(1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.stop();
    await this.sink.close();
    await this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Each is prepared, then asked for; the daemon is killed as soon as it has answered. */
const changes: Readonly<
  Record<string, (given: Given, name: string) => Promise<() => Promise<readonly Answered[]>>>
> = {
  'POST agents': async (given, username) => async () => [
    await given.changed('agent_created', 'POST', 'agents', { username }),
  ],
  'PUT queues/{id}': async (given, name) => {
    const { id } = await given.made('POST', 'queues', { name });
    return async () => [await given.changed('queue_updated', 'PUT', `queues/${id}`, { detail: 'x' })];
  },
  'DELETE conferences/{id}': async (given, name) => {
    const { id } = await given.made('POST', 'conferences', { name });
    return async () => [await given.changed('conference_deleted', 'DELETE', `conferences/${id}`)];
  },
  'POST calls': async (given) => async () => {
    const destinations = [{ type: 'sip', target: 'nurse@127.0.0.1:9' }];
    const body = { source: { type: 'tel', target: '100' }, destinations, actions: [{ type: 'answer' }] };
    const { calls } = await given.asked<{ readonly calls: readonly Made[] }>('POST', 'calls', body);
    return calls.map(({ id }) => ({ type: 'call_created', id }));
  },
  'POST activeflows': async (given) => async () => {
    const sleep = { type: 'sleep', option: { duration: 60_000 } };
    const { id } = await given.made('POST', 'activeflows', { actions: [sleep] });
    return [{ type: 'activeflow_created', id }];
  },
  'all others at once': async (given, name) => {
    const [ann, bob, carol] = await Promise.all(
      ['ann', 'bob', 'carol'].map((each) => given.made('POST', 'agents', { username: `${each}-${name}` })),
    );
    const [queue, conference] = await Promise.all(
      ['queues', 'conferences'].map((path) => given.made('POST', path, { name })),
    );
    return () =>
      Promise.all([
        given.changed('agent_updated', 'PUT', `agents/${ann?.id}`, { name: 'Ann' }),
        given.changed('agent_status_updated', 'PUT', `agents/${bob?.id}/status`, { status: 'away' }),
        given.changed('agent_deleted', 'DELETE', `agents/${carol?.id}`),
        given.changed('queue_created', 'POST', 'queues', { name: 'new' }),
        given.changed('queue_deleted', 'DELETE', `queues/${queue?.id}`),
        given.changed('conference_created', 'POST', 'conferences', { name: 'new' }),
        given.changed('conference_updated', 'PUT', `conferences/${conference?.id}`, { detail: 'x' }),
      ]);
  },
  'a webhook that is disabled': async (given, name) => {
    given.sink.respondTo(({ path }) => path === '/gone', { status: 410 });
    const body = { name, uri: `${given.sink.url}/gone`, event_types: ['agent_created'] };
    const { id } = await given.made('POST', 'webhooks', body);
    return async () => {
      await given.made('POST', 'agents', { username: `gone-${name}` });
      const disabled = await eventually(async () => {
        const shown = await given.api.get<Made & { status: string }>(`/v1.0/webhooks/${id}`);
        return shown.body.status === 'disabled' && shown.body;
      });
      return [{ type: 'webhook_disabled', id, tm_update: disabled.tm_update }];
    };
  },
};

describe.each(Object.entries(engines))('on %s', (_, env) => {
  let given: Given;
  beforeAll(async () => {
    given = await Given.start(await env());
  });
  afterAll(() => given?.[Symbol.asyncDispose]());

  let round = 0;
  test.each(Object.entries(changes))(
    '%s: answered, it is told after the next start, under one webhook-id',
    async (_name, prepare) => {
      for (const last = round + rounds; round < last; round++) {
        const change = await prepare(given, `round-${round}`);
        const answered = await change();
        await given.kill();
        await given.restart();
        for (const each of answered) await given.isTold(each);
      }
    },
    rounds * 60_000,
  );
});
