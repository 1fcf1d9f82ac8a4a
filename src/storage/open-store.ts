import type { CompiledQuery } from 'kysely';
import { messageOf } from '../core/errors.ts';
import { Seal } from '../core/seal.ts';
import { StoreError } from '../core/store-error.ts';
import type { Kind } from '../news/kinds.ts';
import type { Written } from '../news/live.ts';
import { AgentTable } from './agents.ts';
import { chatbotStore } from './chatbots.ts';
import { CompletionTable } from './completions.ts';
import { ConferenceTable } from './conferences.ts';
import { DaemonTable } from './daemons.ts';
import type { Engine } from './engine.ts';
import { expire } from './expiry.ts';
import { extensionStore } from './extensions.ts';
import { flowStore } from './flows.ts';
import { laterCallStore } from './later-calls.ts';
import { endRequestQuery, laterRequestStore } from './later-requests.ts';
import { linkStore } from './links.ts';
import type { LiveTable } from './live-table.ts';
import { type LiveTables, liveTables } from './live-tables.ts';
import { MailboxTable } from './mailboxes.ts';
import { migrate } from './migrate.ts';
import { numberStore } from './numbers.ts';
import { SqlOutbox } from './outbox.ts';
import { Probe } from './probe.ts';
import { queueStore } from './queues.ts';
import { scheduleStore } from './schedules.ts';
import { sizeOf } from './size.ts';
import { soundStore } from './sounds.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './store.ts';
import { tokenStore } from './tokens.ts';
import { trunkStore } from './trunks.ts';
import { userVariableStore } from './user-variables.ts';
import { webhookStore } from './webhooks.ts';

/** The secret that every daemon of a database has. */
export type SecretKeyOf = (database: Pick<Engine, 'isShared'>) => string | undefined;

/**
 * Opens the store that the URL names (`sqlite:<path>`, `sqlite::memory:`, `postgres://…`) and brings its tables up to date.
 * Who shares a database with others says who it is: `instance` stays the same from start to start. What is for flows alone is stored
 * under a key made of `secretKeyOf` the database, where that says one.
 * @throws StoreError that names the database and says what is wrong with it.
 */
export async function openStore(
  url: string,
  instance = '',
  secretKeyOf: SecretKeyOf = () => undefined,
): Promise<Store> {
  const opened = isPostgres(url) ? await postgres(url, instance) : openSqlite(pathOf(url), instance);
  const secretKey = secretKeyOf(opened);
  const engine: Engine = { ...opened, seal: secretKey === undefined ? undefined : new Seal(secretKey) };
  try {
    await migrate(engine.database);
    await engine.isInPlace(); // from now on
    return await storeOn(engine);
  } catch (error) {
    await engine.close();
    throw unusable(isPostgres(url) ? withoutPassword(url) : pathOf(url), error);
  }
}

/** Its driver is loaded where it is used. */
async function postgres(url: string, instance: string): Promise<Engine> {
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(url, instance);
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

/** The store on a database that is open, with its tables up to date. */
export async function storeOn(engine: Engine): Promise<Store> {
  const { database } = engine;
  const live = liveTables(engine);
  const completions = new CompletionTable(engine);
  const webhooks = webhookStore(database);
  const outbox = new SqlOutbox(engine, async () =>
    (await webhooks.all()).filter(({ status }) => status === 'active').map(({ id }) => id),
  );
  const probe = new Probe(engine);
  const daemons = engine.isShared ? new DaemonTable(engine, live, completions) : undefined;
  await outbox.freeLeases();
  return {
    ...live,
    isShared: engine.isShared,
    flows: flowStore(engine),
    numbers: numberStore(engine),
    schedules: scheduleStore(engine),
    extensions: extensionStore(engine),
    trunks: trunkStore(database),
    webhooks,
    outbox,
    tokens: tokenStore(database),
    agents: new AgentTable(engine),
    queues: queueStore(database),
    conferences: new ConferenceTable(engine),
    chatbots: chatbotStore(database),
    sounds: soundStore(engine),
    mailboxes: new MailboxTable(database),
    links: linkStore(database),
    userVariables: userVariableStore(engine),
    laterRequests: laterRequestStore(database),
    laterCalls: laterCallStore(database),
    completions,
    daemons,
    commit: async (batch) => {
      await engine.runBatch([
        ...(daemons?.fence() ?? []),
        ...outbox.appendQueries(batch.deliveries ?? []),
        ...(batch.requests ?? []).map((request) => endRequestQuery(database, request)),
        ...(batch.completions ?? []).map((completion) => completions.write(completion)),
        ...(batch.completed ?? []).map((id) => completions.delete(id)),
        ...(batch.live ?? []).map((one) => written(live, one)),
      ]);
    },
    expire: (request) => expire(database, live, request),
    size: () => sizeOf(engine),
    trouble: () => probe.trouble(),
    isInPlace: () => engine.isInPlace(),
    close: () => engine.close(),
  };
}

function written<K extends Kind>(live: LiveTables, one: Written<K>): CompiledQuery {
  const tables: { readonly [P in Kind]: LiveTable<P> } = live;
  return tables[one.kind].write(one);
}

function unusable(name: string, error: unknown): StoreError {
  const problem = error instanceof StoreError ? error.problem : 'failed';
  const reason = error instanceof StoreError && error.cause !== undefined ? error.cause : error;
  return new StoreError(problem, {
    message: `cannot use the database ${name}: ${messageOf(reason)}`,
    cause: error,
  });
}
