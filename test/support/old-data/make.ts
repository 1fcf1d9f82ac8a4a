/**
 * Makes the data of a release: `node test/support/old-data/make.ts CHECKOUT NAME`, CHECKOUT being a folder with the release and its
 * node_modules. In test/fixtures/old-data/NAME it leaves, for each engine, the database of a daemon of that release that was killed
 * while calls lived, whose it is (`instance`), and what the next start of that release answered of it.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { loadSecrets } from '../../../src/config/secrets.ts';
import { nowMicros, wireTime } from '../../../src/core/clock.ts';
import type { Store } from '../../../src/storage/store.ts';
import { ApiClient } from '../api-client.ts';
import type { FakeAriServer } from '../fake-ari-server.ts';
import { TestPostgres } from '../postgres.ts';
import { installPostgres } from '../postgres-install.ts';
import type { spawnDaemon } from '../processes.ts';
import { WebhookSink } from '../webhook-sink.ts';
import { type Answer, everyAnswer, written } from './answers.ts';
import { populate } from './populate.ts';

/** What is used of the release itself. */
interface Release {
  readonly FakeAriServer: typeof FakeAriServer;
  readonly spawnDaemon: typeof spawnDaemon;
  readonly openStore: (url: string, instance: string) => Promise<Store>;
}

interface Place {
  readonly dataDir: string;
  readonly databaseUrl: string;
}

/** In 2100: what is to be done later stays so, whenever the data are looked at. */
const farAhead = 4_102_444_800_000;

const whatWaits = `
  update deliveries set next_at = ${farAhead} where state = 'pending';
  update lanes set due_at = ${farAhead};
  update later_requests set lease_until = ${farAhead};
  update later_calls set lease_until = ${farAhead};
`;

const [, , checkout = '', name = ''] = process.argv;
const target = resolve(import.meta.dirname, '..', '..', 'fixtures', 'old-data', name);
const release = await releaseIn(resolve(checkout));
{
  const dataDir = mkdtempSync(join(tmpdir(), 'ariflow-old-'));
  const file = join(dataDir, 'ariflow.db');
  const answers = await made({ dataDir, databaseUrl: `sqlite:${file}` }, async () => {
    const database = new DatabaseSync(file);
    database.exec(`${whatWaits} pragma wal_checkpoint(truncate); vacuum`);
    console.log('tables without rows:', emptyTables(database));
    database.close();
    copyFileSync(file, join(folderOf('sqlite'), 'ariflow.db'));
  });
  keep('sqlite', dataDir, answers);
}
{
  await using server = await TestPostgres.start();
  const databaseUrl = await server.createDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'ariflow-old-'));
  const answers = await made({ dataDir, databaseUrl }, async () => {
    await server.query(whatWaits, databaseUrl);
    writeFileSync(join(folderOf('postgres'), 'ariflow.sql'), await dumped(databaseUrl));
  });
  keep('postgres', dataDir, answers);
}

async function releaseIn(folder: string): Promise<Release> {
  const [fake, processes, store] = await Promise.all(
    ['test/support/fake-ari-server.ts', 'test/support/processes.ts', 'src/storage/open-store.ts'].map(
      (file) => import(join(folder, file)),
    ),
  );
  return { ...fake, ...processes, ...store };
}

/** Of these there is nothing to lose: whoever adds a release looks whether that should be so. */
function emptyTables(database: DatabaseSync): readonly string[] {
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
  const isEmpty = (name: string): boolean =>
    database.prepare(`select 1 from ${name} limit 1`).get() === undefined;
  return tables.map(({ name }) => String(name)).filter(isEmpty);
}

function folderOf(engine: string): string {
  const folder = join(target, engine);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function keep(engine: string, dataDir: string, answers: readonly Answer[]): void {
  copyFileSync(join(dataDir, 'instance'), join(folderOf(engine), 'instance'));
  writeFileSync(join(folderOf(engine), 'answers.txt'), written(answers));
  rmSync(dataDir, { recursive: true });
}

/** Fills a database, kills the daemon, lets somebody copy what is left, and asks the next daemon. */
async function made(place: Place, copy: () => Promise<void>): Promise<readonly Answer[]> {
  await using sink = await WebhookSink.open();
  {
    await using running = await start(place);
    const { api, server } = running;
    await populate({ api, asterisk: server.asterisk, sink, dataDir: place.dataDir });
    await pause(1_000);
    running.daemon.kill('SIGKILL');
    await running.daemon.exited;
  }
  await addCompletion(place);
  await copy();
  const before = wireTime(nowMicros());
  await sink.close();
  await using running = await start(place);
  const asked = { url: running.daemon.url, token: running.token };
  for (let last = ''; ; ) {
    await pause(2_000);
    const answers = await everyAnswer(asked, before);
    if (written(answers) === last) return [{ path: 'killed', status: 0, body: before }, ...answers];
    last = written(answers);
  }
}

async function start({ dataDir, databaseUrl }: Place) {
  const server = await release.FakeAriServer.open();
  const daemon = await release.spawnDaemon({
    ARIFLOW_DATA_DIR: dataDir,
    ARIFLOW_DATABASE_URL: databaseUrl,
    ARIFLOW_ARI_URL: server.url,
    ARIFLOW_ARI_USER: server.user,
    ARIFLOW_ARI_PASSWORD: server.password,
    ARIFLOW_ARI_APP: server.asterisk.app,
    ARIFLOW_API_RATE: '1000000',
    ARIFLOW_OUTBOUND_ALLOW: '+',
    ARIFLOW_TRUNK_URI: 'sip:127.0.0.1',
    ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8',
    ARIFLOW_WEBHOOK_SCHEDULE: '1h',
  });
  const token = loadSecrets(dataDir).api_token;
  return {
    server,
    daemon,
    token,
    api: new ApiClient(daemon.url, { token }),
    async [Symbol.asyncDispose]() {
      await daemon.stop();
      await server.close();
    },
  };
}

/** One that is due lives but for a moment: it is written by the release's own store. */
async function addCompletion({ dataDir, databaseUrl }: Place): Promise<void> {
  const store = await release.openStore(databaseUrl, readFileSync(join(dataDir, 'instance'), 'utf8').trim());
  const { result } = await store.flows.list({ size: 100 });
  const after = result.find((flow) => flow.name === 'after');
  const [ended] = (await store.activeflows.list({ size: 100 })).result;
  await store.commit({
    completions: [
      {
        id: ended?.id ?? '',
        flow_id: after?.id ?? '',
        generation: 1,
        depth: 0,
        variables: { customer: 'Grace' },
        tm_create: wireTime(nowMicros()),
      },
    ],
  });
  await store.close();
}

/** As statements that any client can run. */
async function dumped(databaseUrl: string): Promise<string> {
  const { directory, env } = await installPostgres();
  const { stdout } = await promisify(execFile)(
    join(directory, 'pg_dump'),
    ['--inserts', '--no-owner', '--no-privileges', databaseUrl],
    { env: { ...process.env, ...env }, maxBuffer: 10_000_000 },
  );
  return stdout.replaceAll(/^(\\.*|--.*|SET .*|)\n/gm, '');
}
