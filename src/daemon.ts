import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Metrics } from './api/metrics.ts';
import { createApi } from './api/server.ts';
import type { Services as ApiServices } from './api/services.ts';
import { apiServices } from './api-services.ts';
import { AriConnection } from './ari/connection.ts';
import type { Call } from './calls/call.ts';
import { CallRegistry } from './calls/call-registry.ts';
import type { Config } from './config.ts';
import { zeroId } from './core/clock.ts';
import { messageOf } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { Scope } from './core/scope.ts';
import { within } from './core/wait.ts';
import { lockDataDir } from './data-lock.ts';
import { startDelivery } from './delivery.ts';
import { FlowEnds } from './flow-end.ts';
import { startFlowServices } from './flow-services.ts';
import { Activeflows, type FlowToRun } from './flows/activeflows.ts';
import { checkFlow } from './flows/flow.ts';
import { type ActionCatalogue, loadActions } from './flows/load-actions.ts';
import { endLeftBehind } from './flows/recovery.ts';
import { type FlowLookup, route } from './flows/routing.ts';
import type { Services as FlowServices } from './flows/services.ts';
import { welcomeActions } from './flows/welcome.ts';
import { AddressPolicy } from './http/address-policy.ts';
import { GuardedClient } from './http/guarded-client.ts';
import { userRequests } from './http/user-requests.ts';
import { News } from './news.ts';
import { startRetention } from './retention.ts';
import type { Secrets } from './secrets.ts';
import { Prompts } from './speech/prompts.ts';
import { Espeak } from './speech/tts/espeak.ts';
import { instanceOf } from './storage/instance.ts';
import { openStore } from './storage/open-store.ts';
import { Recorder } from './storage/recorder.ts';
import type { Store, StoredActiveflow } from './storage/store.ts';
import { version } from './version.ts';

export interface Daemon {
  /** Where the REST API listens. */
  readonly url: string;
  /** Hangs up what lives, delivers what is left, stops; bounded in time. */
  stop(): Promise<void>;
}

/** How long a stop waits for calls to end, and again for deliveries. */
const stopDeadline = 5_000;

/** Builds the daemon from its parts. What is started last is stopped first: each part is a clean-up of one scope. */
export async function startDaemon(config: Config, secrets: Secrets, log: Log): Promise<Daemon> {
  const scope = new Scope((error, where) =>
    log.error({ error: messageOf(error), where }, 'unexpected_error'),
  );
  try {
    const url = await assemble({ config, secrets, log, scope });
    log.info({ url, version }, 'started');
    return { url, stop: () => scope.close() };
  } catch (error) {
    await scope.close();
    throw error;
  }
}

interface Foundation {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly scope: Scope;
}

async function assemble(base: Foundation): Promise<string> {
  const { config, log, scope } = base;
  await mkdir(config.data_dir, { recursive: true, mode: 0o700 });
  const lock = lockDataDir(config.data_dir);
  scope.defer(() => lock[Symbol.dispose]());
  const database = config.database_url ?? `sqlite:${join(config.data_dir, 'ariflow.db')}`;
  const store = await openStore(database, instanceOf(config.data_dir));
  scope.defer(() => store.close());
  const policy = new AddressPolicy({ allow: config.webhook.allow, allowHttp: config.allow_http });
  const metrics = new Metrics();
  const delivery = await startDelivery({
    ...base,
    store,
    policy,
    onAttempt: metrics.attempted,
    drain: stopDeadline,
  });
  const { deliverer } = delivery;
  const recorder = new Recorder(store, log, {
    deliveriesOf: delivery.deliveriesOf,
    onDeliveries: () => deliverer.wake(),
  });
  // Before the deliverer closes, which then has everything to deliver.
  scope.defer(() => recorder.close(AbortSignal.timeout(stopDeadline)));
  const news = new News(recorder);
  const left = await endWhatIsLeft(store, news);
  // A store that cannot write now gets it later, still before what comes after.
  await recorder.flush(AbortSignal.timeout(stopDeadline)).catch(() => undefined);

  startRetention({ store, retention: config.retention, log }, scope);

  const catalogue = await loadActions();
  const http = startRequests(base, policy);
  const flowServices = startFlowServices({ ...base, store, http, news });
  const flowEnds = new FlowEnds({
    webhooks: store.webhooks,
    later: flowServices.later,
    log,
    timezone: config.timezone,
    nodeName: config.ari.app,
    timeout: config.webhook.timeout,
    pauses: config.webhook.schedule,
  });
  scope.defer(() => within(flowEnds.settled(), stopDeadline));
  await flowEnds.tellLeftBehind(left, store);
  const activeflows = new Activeflows({
    customerId: config.customer_id,
    catalogue,
    services: {
      speech: startSpeech(base),
      http,
      ...flowServices.services,
      flows: { get: (id) => store.flows.get(id) },
    },
    scope,
    log,
    onChange: news.activeflow,
    onEvent: news.flow,
    onEnded: ({ id, variables }, flow, call) => {
      if (flow.end_webhook) flowEnds.tell({ id, call, variables: variables.entries() });
    },
  });
  const isSaturated = (): boolean => recorder.isSaturated || deliverer.isSaturated;
  const receive = callReceiver({ activeflows, log, isSaturated, flowOf: flowFinder(store, catalogue) });
  const { connection, calls } = startCalls(base, news, receive);

  const parts = {
    store,
    recorder,
    policy,
    metrics,
    delivery,
    flowServices,
    activeflows,
    catalogue,
    connection,
    calls,
  };
  return startApi(base, apiServices({ config, secrets: base.secrets, log, ...parts }));
}

/** Calls and activeflows of a daemon that died are over; whoever waits for their end hears of it now. */
async function endWhatIsLeft(store: Store, news: News): Promise<readonly StoredActiveflow[]> {
  const calls = await store.calls.unfinished();
  const stored = await store.activeflows.unfinished();
  endLeftBehind({ calls, activeflows: stored.map(({ record }) => record) }, news);
  return stored;
}

/** The requests of users' flows: not over the connections that deliveries use. */
function startRequests({ scope }: Foundation, policy: AddressPolicy): FlowServices['http'] {
  const client = new GuardedClient({ policy, userAgent: `ariflow/${version}` });
  scope.defer(() => client.close());
  return userRequests(client, policy);
}

function startSpeech({ config, log }: Foundation): Prompts {
  const media = resolve(config.media_dir ?? join(config.data_dir, 'media'));
  return new Prompts({
    engines: [new Espeak()],
    directory: join(media, 'prompts'),
    asteriskDirectory: join(config.asterisk_media_dir ?? media, 'prompts'),
    log,
  });
}

function startCalls(
  { config, secrets, log, scope }: Foundation,
  news: News,
  onIncoming: (call: Call, scope: Scope) => void,
): { connection: AriConnection; calls: CallRegistry } {
  const connection = new AriConnection({
    url: config.ari.url,
    user: config.ari.user,
    password: config.ari.password ?? secrets.ari_password,
    app: config.ari.app,
    transport: config.ari.transport,
    log,
    onEvent: (event) => calls.dispatch(event),
    onRestored: (signal) => calls.reconcile(signal),
  });
  const connectionScope = new Scope((error, where) =>
    log.error({ error: messageOf(error), where }, 'unexpected_error'),
  );
  const calls: CallRegistry = new CallRegistry({
    ari: connection.ari,
    scope: connectionScope,
    log,
    maxDuration: config.call_max_duration,
    onIncoming: (call) => onIncoming(call, connectionScope),
    onChange: news.call,
  });
  connection.start(connectionScope);
  connectionScope.spawn('keep-in-step', (signal) => calls.keepInStep(signal));
  scope.defer(() => within(connectionScope.close(), stopDeadline));
  // First of all: whatever lives is hung up while there is still a connection to say so.
  scope.defer(() => within(calls.close('failed'), stopDeadline));
  return { connection, calls };
}

interface Reception {
  readonly activeflows: Activeflows;
  readonly log: Log;
  readonly isSaturated: () => boolean;
  readonly flowOf: (number: string) => Promise<FlowToRun | undefined>;
}

/** Takes an incoming call: finds its flow and runs it. */
function callReceiver({
  activeflows,
  log,
  isSaturated,
  flowOf,
}: Reception): (call: Call, scope: Scope) => void {
  const receive = async (call: Call): Promise<void> => {
    // 503: the caller's exchange may try another way; what we cannot record we must not begin.
    if (isSaturated()) return call.hangup('failed');
    const flow = await flowOf(call.record.destination.target).catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'routing_failed');
      return null;
    });
    if (flow === null) return call.hangup('failed');
    if (!flow) return call.reject();
    await activeflows.runOnCall(call, flow);
  };
  return (call, scope) => scope.spawn('call', () => receive(call));
}

function flowFinder(
  store: Store,
  catalogue: ActionCatalogue,
): (number: string) => Promise<FlowToRun | undefined> {
  const welcome: FlowToRun = { id: zeroId, actions: checkFlow(welcomeActions, catalogue).actions };
  const lookup: FlowLookup = {
    async flowOfNumber(number) {
      const found = await store.numbers.byNumber(number);
      if (!found) return undefined;
      return (await store.flows.get(found.call_flow_id)) ?? null;
    },
  };
  return (number) => route(number, lookup, welcome);
}

async function startApi({ config, scope }: Foundation, services: ApiServices): Promise<string> {
  const { rate, rate_failed, allow } = config.api;
  const api = await createApi(services, { requests: rate, failures: rate_failed, networks: allow });
  scope.defer(() => api.close());
  return api.listen({ host: config.api.host, port: config.api.port });
}
