import type { CompiledQuery } from 'kysely';
import { messageOf } from '../core/errors.ts';
import { StoreError } from '../core/store-error.ts';
import type { LiveRecord } from '../news/live-records.ts';
import { ActiveflowTable } from './activeflows.ts';
import { AgentTable } from './agents.ts';
import { CallTable } from './calls.ts';
import { CompletionTable } from './completions.ts';
import { ConfbridgeTable } from './confbridges.ts';
import { ConferencecallTable } from './conferencecalls.ts';
import { ConferenceTable } from './conferences.ts';
import type { Engine } from './engine.ts';
import { expire } from './expiry.ts';
import { flowStore } from './flows.ts';
import { endRequestQuery, laterRequestStore } from './later-requests.ts';
import { linkStore } from './links.ts';
import { migrate } from './migrate.ts';
import { numberStore } from './numbers.ts';
import { SqlOutbox } from './outbox.ts';
import { openPostgres } from './postgres.ts';
import { Probe } from './probe.ts';
import { QueuecallTable } from './queuecalls.ts';
import { queueStore } from './queues.ts';
import { RecordingTable } from './recordings.ts';
import { sizeOf } from './size.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';
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
    await engine.isInPlace(); // from now on
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
  const recordings = new RecordingTable(engine);
  const completions = new CompletionTable(engine);
  const confbridges = new ConfbridgeTable(engine);
  const conferencecalls = new ConferencecallTable(engine);
  const queuecalls = new QueuecallTable(engine);
  const writeLive = (live: LiveRecord): CompiledQuery => {
    switch (live.kind) {
      case 'confbridges':
        return confbridges.write(live.record);
      case 'conferencecalls':
        return conferencecalls.write(live.record);
      case 'recordings':
        return recordings.write(live.record);
      case 'queuecalls':
        return queuecalls.write(live.record);
    }
  };
  const webhooks = webhookStore(database);
  const outbox = new SqlOutbox(engine, async () =>
    (await webhooks.all()).filter(({ status }) => status === 'active').map(({ id }) => id),
  );
  const probe = new Probe(engine);
  await outbox.recover();
  return {
    isShared: engine.isShared,
    flows: flowStore(database),
    numbers: numberStore(database),
    calls,
    activeflows,
    recordings,
    webhooks,
    outbox,
    tokens: tokenStore(database),
    agents: new AgentTable(engine),
    queues: queueStore(database),
    queuecalls,
    conferences: new ConferenceTable(engine),
    confbridges,
    conferencecalls,
    links: linkStore(database),
    userVariables: userVariableStore(database),
    laterRequests: laterRequestStore(database),
    laterCalls: laterRequestStore(database, 'later_calls'),
    completions,
    commit: async (batch) =>
      engine.runBatch([
        ...outbox.appendQueries(batch.deliveries ?? []),
        ...(batch.requests ?? []).map((request) => endRequestQuery(database, request)),
        ...(batch.completions ?? []).map((completion) => completions.write(completion)),
        ...(batch.completed ?? []).map((id) => completions.delete(id)),
        ...(batch.live ?? []).map(writeLive),
        ...(batch.calls ?? []).map((record) => calls.write(record)),
        ...(batch.activeflows ?? []).map((stored) => activeflows.write(stored)),
      ]),
    expire: (request) => expire(database, request),
    size: () => sizeOf(engine),
    trouble: () => probe.trouble(),
    isInPlace: () => engine.isInPlace(),
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
