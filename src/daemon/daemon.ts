import { join } from 'node:path';
import { CallCommands } from '../api/commands/call-commands.ts';
import { flowValidation } from '../api/flow-validation.ts';
import { Metrics } from '../api/metrics.ts';
import type { Parts } from '../api/parts.ts';
import { createApi } from '../api/server.ts';
import { receiveAudio } from '../ari/media-socket.ts';
import { watchAsteriskLogs } from '../asterisk/asterisk-logs.ts';
import { Engagements } from '../calls/engagements.ts';
import { logEnded } from '../calls/milestones.ts';
import { emptyConfbridges } from '../conferences/left-behind.ts';
import type { Config } from '../config/config.ts';
import { lockDataDir } from '../config/data-lock.ts';
import { prepareDirectories } from '../config/directories.ts';
import { publicUrl } from '../config/reachable.ts';
import type { Secrets } from '../config/secrets.ts';
import { Deadline } from '../core/deadline.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import { ExternalMedias } from '../external-media/external-medias.ts';
import { flowEnds } from '../flow-requests/flow-ends.ts';
import type { EndRequests } from '../flows/activeflow-end.ts';
import { Activeflows } from '../flows/activeflows.ts';
import type { Completion } from '../flows/completion.ts';
import { loadActions } from '../flows/load-actions.ts';
import { pacing } from '../flows/pacing.ts';
import { type Ending, endLeftBehind } from '../flows/recovery.ts';
import { AddressPolicy } from '../http/address-policy.ts';
import { GuardedClient } from '../http/guarded-client.ts';
import { userRequests } from '../http/user-requests.ts';
import { type Counts, News } from '../news/news.ts';
import { Recorder } from '../news/recorder.ts';
import type { HttpPort } from '../ports/http.ts';
import type { Ports } from '../ports/ports.ts';
import { emptyQueues } from '../queues/left-behind.ts';
import { flowFinder, reception } from '../reception/reception.ts';
import { RecordingLinks } from '../recordings/recording-links.ts';
import { filesOfCall } from '../recordings/recordings.ts';
import { instanceOf } from '../storage/instance.ts';
import { expectDatabase, rememberDatabase } from '../storage/known-database.ts';
import { openStore } from '../storage/open-store.ts';
import { startRetention } from '../storage/retention.ts';
import type { Store } from '../storage/store.ts';
import { watchStore } from '../storage/store-watch.ts';
import { version } from '../version.ts';
import type { DeliveryOptions } from '../webhooks/delivery.ts';
import { startDelivery } from '../webhooks/delivery.ts';
import { apiParts } from './api.ts';
import { makeCallParts } from './calls.ts';
import { startConferences } from './conferences.ts';
import { makeRequestPorts, startLaterRequests } from './flow-requests.ts';
import { startQueues } from './queues.ts';
import { startReading } from './reading.ts';
import { recordingsDeadline, startRecordings } from './recordings.ts';
import { startSounds } from './sounds.ts';

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
  prepareDirectories(config);
  const lock = lockDataDir(config.data_dir);
  scope.defer(() => lock[Symbol.dispose]());
  const database = config.database_url ?? `sqlite:${join(config.data_dir, 'ariflow.db')}`;
  expectDatabase(config.data_dir, database, config.new_database);
  const store = await openStore(database, instanceOf(config.data_dir));
  scope.defer(() => store.close());
  rememberDatabase(config.data_dir, database);
  watchStore(store, log, scope);
  const addresses = { allow: config.webhook.allow, allowHttp: config.allow_http };
  const policy = new AddressPolicy(addresses);
  const metrics = new Metrics();
  const delivery = await startDelivery({
    ...base,
    store,
    policy,
    userAgent: `ariflow/${version}`,
    options: deliveryOptions(config),
    told: () => news.webhooks(store.webhooks),
    onAttempt: metrics.attempted,
  });
  const { deliverer } = delivery;
  const http = startRequests(base, policy);
  const later = startLaterRequests({ ...base, store, http });
  const recorder = new Recorder(store, log, {
    deliveriesOf: delivery.deliveriesOf,
    onDeliveries: () => deliverer.wake(),
    onCommit: metrics.store.committed,
    onRequests: () => later.wake(),
  });
  // Before those close that then have everything to deliver.
  scope.defer(async () => {
    using deadline = new Deadline(stopDeadline);
    await recorder.close(deadline.signal);
  });
  const links = linksOf(base);
  const news: News = new News(recorder, {
    requestOf: flowEndsOf(base, links),
    counts: countsOf(metrics),
    linkTo: config.public_url === undefined ? undefined : (id) => links.to(id),
  });
  await emptyQueues(store, news);
  const due = await endWhatIsLeft(store, news, log);
  await emptyConfbridges(store, news);
  // A store that cannot write now gets it later, still before what comes after.
  await within(recorder.flush(), stopDeadline).catch(() => undefined);

  const sounds = startSounds({
    ...base,
    metrics: { onCached: metrics.speech.cached, onSpoken: metrics.speech.spoken },
  });
  const catalogue = await loadActions();
  const replies = startReading(catalogue, addresses, scope);
  const requestParts = makeRequestPorts({ config, store, later, news });
  const conferenceParts = await startConferences({
    ...base,
    store,
    recorder,
    news,
    sounds: sounds.ports,
    onJoined: (callId, roomId) => recordings.joined(callParts.calls.get(callId), roomId),
  });
  const flowOf = flowFinder(store, catalogue);
  const engagements = new Engagements();
  const queueParts = await startQueues({
    ...base,
    engagements,
    store,
    news,
    agents: requestParts.agents,
    ari: () => callParts.connection.ari,
  });
  const recordingScope = scope.stage(recordingsDeadline); // before the calls: then it is closed after them
  const callParts = makeCallParts({
    ...base,
    engagements,
    store,
    recorder,
    news,
    activeflows: () => activeflows,
    queues: queueParts.queues,
    flowOf,
    onIncoming: (call) => receive(call),
  });
  const { ari } = callParts.connection;
  const recordings = await startRecordings({
    ...base,
    scope: recordingScope,
    store,
    recorder,
    news,
    ari,
  });
  const { caches, bound } = sounds;
  watchAsteriskLogs({ ...base, ari, onFailed: metrics.logins.failed });
  startRetention({ store, retention: config.retention, recordings, caches, bound, log }, scope);
  const ports: Ports = {
    ...sounds.ports,
    http,
    ...requestParts.ports,
    audio: { receive: (...connection) => receiveAudio(config.ari.url, ...connection) },
    ...callParts.ports,
    externalMedia: externalMedias(config, policy, metrics),
    ...conferenceParts,
    ...queueParts,
    recordings,
    flows: { get: (id) => store.flows.get(id) },
  };
  const activeflows: Activeflows = new Activeflows({
    customerId: config.customer_id,
    catalogue,
    replies,
    pace: pacing(recorder),
    ports,
    scope,
    log,
    onChange: news.activeflow,
    onEvent: news.flow,
    onPassedOver: news.passedOver,
  });
  for (const completion of due) activeflows.complete(completion);
  const isSaturated = (): boolean => recorder.isSaturated;
  const receive = reception({ activeflows, log, isSaturated, flowOf, onRefused: metrics.calls.refused });
  const callCommands = new CallCommands({
    calls: callParts.calls,
    catalogue,
    ports,
    recordings,
    activeflows,
    transfers: callParts.transfers,
    onEvent: news.flow,
  });
  callParts.start();

  const parts = {
    store,
    recorder,
    policy,
    metrics,
    delivery,
    requestParts,
    activeflows,
    catalogue,
    callParts,
    callCommands,
    conferenceParts,
    queueParts,
    recordings,
    voices: sounds.voices,
    links,
    validateFlow: flowValidation(replies, scope),
  };
  return startApi(base, apiParts({ config, secrets: base.secrets, log, ...parts }));
}

function deliveryOptions({ webhook }: Config): DeliveryOptions['options'] {
  const { timeout, schedule, hold, disable_after: disableAfter } = webhook;
  return { timeout, schedule, hold, disableAfter, drain: stopDeadline };
}

function countsOf({ calls, flows }: Metrics): Counts {
  return { callEnded: calls.ended, activeflowEnded: flows.ended, actionFailed: flows.actionFailed };
}

/** Calls and activeflows of a daemon that died are over; whoever waits for their end hears of it now. Answers what is to run. */
async function endWhatIsLeft(store: Store, news: News, log: Log): Promise<readonly Completion[]> {
  const due = await store.completions.due();
  const calls = await store.calls.unfinished();
  const activeflows = await store.activeflows.unfinished();
  const filesOf = (callId: string) => filesOfCall(store.recordings, callId);
  const left = { calls, activeflows, ended: store.calls, filesOf };
  const ending: Ending = {
    call: (type, record) => {
      news.call(type, record);
      logEnded(log, record);
    },
    activeflow: news.activeflow,
  };
  return [...due, ...(await endLeftBehind(left, ending))];
}

function linksOf({ config, secrets }: Foundation): RecordingLinks {
  return new RecordingLinks({
    publicUrl: publicUrl(config),
    key: secrets.link_key,
    life: config.link_ttl,
  });
}

function flowEndsOf({ config, log }: Foundation, links: RecordingLinks): EndRequests {
  const { timeout, schedule: pauses } = config.webhook;
  return flowEnds({
    log,
    timezone: config.timezone,
    nodeName: config.ari.app,
    links,
    timeout,
    pauses,
  });
}

function externalMedias(
  { ari, sip, external_media }: Config,
  policy: AddressPolicy,
  { media }: Metrics,
): ExternalMedias {
  return new ExternalMedias({
    policy,
    ariUrl: ari.url,
    host: external_media.host ?? sip.host,
    ports: external_media.ports,
    concurrent: external_media.concurrent,
    externalAddress: sip.external_address,
    onStranger: media.strangePacket,
  });
}

/** The requests of users' flows: not over the connections that deliveries use. */
function startRequests({ scope }: Foundation, policy: AddressPolicy): HttpPort {
  const client = new GuardedClient({ policy, userAgent: `ariflow/${version}` });
  scope.defer(() => client.close());
  return userRequests(client, policy);
}

async function startApi({ config, scope }: Foundation, parts: Parts): Promise<string> {
  const { rate, rate_failed, allow } = config.api;
  const api = await createApi(parts, { requests: rate, failures: rate_failed, networks: allow });
  scope.defer(() => api.close());
  return api.listen({ host: config.api.host, port: config.api.port });
}
