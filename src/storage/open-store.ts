import { messageOf } from '../core/errors.ts';
import { ActiveflowTable } from './activeflows.ts';
import { agentStore } from './agents.ts';
import { CallTable } from './calls.ts';
import type { Engine } from './engine.ts';
import { expire } from './expiry.ts';
import { flowStore } from './flows.ts';
import { laterRequestStore } from './later-requests.ts';
import { linkStore } from './links.ts';
import { migrate } from './migrate.ts';
import { numberStore } from './numbers.ts';
import { SqlOutbox } from './outbox.ts';
import { openPostgres } from './postgres.ts';
import { Probe } from './probe.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import { tokenStore } from './tokens.ts';
import { userVariableStore } from './user-variables.ts';
import { webhookStore } from './webhooks.ts';

/**
 * Opens the store that the URL names (`sqlite:<path>`, `sqlite::memory:`, `postgres://…`) and brings its tables up to date.
 * Who shares a database with others says who it is: `instance` stays the same from start to start.
 * @throws StoreError that names the database and says what is wrong with it.
 */
export async function openStore(url: string, instance = ''): Promise<Store> {
  const engine = isPostgres(url) ? openPostgres(url, instance) : openSqlite(pathOf(url), instance);
  try {
    await migrate(engine.database);
    return await storeOn(engine);
  } catch (error) {
    await engine.close();
    throw unusable(isPostgres(url) ? withoutPassword(url) : pathOf(url), error);
  }
}

function isPostgres(url: string): boolean {
  return /^postgres(ql)?:/.test(url);
}

function pathOf(url: string): string {
  return url.replace(/^sqlite:/, '');
}

function withoutPassword(url: string): string {
  return url
    .replace(/\/\/([^/@]*)@/, (_all, user: string) => `//${user.split(':')[0]}@`)
    .replace(/\?.*$/, '');
}

async function storeOn(engine: Engine): Promise<Store> {
  const { database } = engine;
  const calls = new CallTable(engine);
  const activeflows = new ActiveflowTable(engine);
  const webhooks = webhookStore(database);
  const outbox = new SqlOutbox(engine, async () =>
    (await webhooks.all()).filter(({ status }) => status === 'active').map(({ id }) => id),
  );
  const probe = new Probe(database);
  await outbox.recover();
  return {
    isShared: engine.isShared,
    flows: flowStore(database),
    numbers: numberStore(database),
    calls,
    activeflows,
    webhooks,
    outbox,
    tokens: tokenStore(database),
    agents: agentStore(database),
    links: linkStore(database),
    userVariables: userVariableStore(database),
    laterRequests: laterRequestStore(database),
    commit: async (batch) =>
      engine.runBatch([
        ...outbox.appendQueries(batch.deliveries ?? []),
        ...(batch.calls ?? []).map((record) => calls.write(record)),
        ...(batch.activeflows ?? []).map((stored) => activeflows.write(stored)),
      ]),
    expire: (request) => expire(database, request),
    isWritable: () => probe.isWritable(),
    close: () => engine.close(),
  };
}

function unusable(name: string, error: unknown): StoreError {
  const problem = error instanceof StoreError ? error.problem : 'failed';
  const reason = error instanceof StoreError && error.cause !== undefined ? error.cause : error;
  return new StoreError(problem, {
    message: `cannot use the database ${name}: ${messageOf(reason)}`,
    cause: error,
  });
}
