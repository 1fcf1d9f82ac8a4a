import { CallCommands } from '../api/commands/call-commands.ts';
import { Metrics } from '../api/metrics.ts';
import { watchAsteriskLogs } from '../asterisk/asterisk-logs.ts';
import { Engagements } from '../calls/engagements.ts';
import type { Config } from '../config/config.ts';
import type { Secrets } from '../config/secrets.ts';
import { messageOf } from '../core/errors.ts';
import { Late } from '../core/late.ts';
import { PartList } from '../core/part-list.ts';
import { Scope } from '../core/scope.ts';
import { asUsual, whileStarting } from '../core/v8-options.ts';
import { orAbort } from '../core/wait.ts';
import { loadActions } from '../flows/load-actions.ts';
import { AddressPolicy } from '../http/address-policy.ts';
import { flowFinder, reception } from '../reception/reception.ts';
import { Schedules } from '../schedules/schedules.ts';
import { startRetention } from '../storage/retention.ts';
import { version } from '../version.ts';
import { makeActiveflows, makeExternalMedias, makePorts } from './activeflows.ts';
import { makeAdmission } from './admission.ts';
import { startApi } from './api.ts';
import { makeCallParts, makeConnection } from './calls.ts';
import type { CallsAndFlows } from './calls-and-flows.ts';
import { startChatbots } from './chatbots.ts';
import { startConferences } from './conferences.ts';
import { startConsole } from './console.ts';
import { startExtensions } from './extensions.ts';
import { makeRequestPorts, startHttp, startLaterRequests } from './flow-requests.ts';
import type { Foundation } from './foundation.ts';
import { startHearing } from './hearing.ts';
import { startMessages } from './messages.ts';
import { startMusic } from './music.ts';
import { makeLinks, startNews } from './news.ts';
import { startQueues } from './queues.ts';
import { startReading } from './reading.ts';
import { makeTakes, startRecordings } from './recordings.ts';
import { makeRecovery, recover } from './recovery.ts';
import { beginLease, makeSuccession, makeTurn, watchOthers } from './sharing.ts';
import { startSounds } from './sounds.ts';
import { type StopOrder, stopDaemon } from './stopping.ts';
import { startStore } from './store.ts';
import { startTranscribes } from './transcribes.ts';
import { startTrunks } from './trunks.ts';
import { startVoicemail } from './voicemail.ts';

export interface Daemon {
  /** Where the REST API listens. */
  readonly url: string;
  /** Takes no more calls, then hangs up what lives, or leaves it to the next start; bounded in time. */
  stop(order?: Partial<StopOrder>): Promise<void>;
}

export interface StartOptions extends Pick<Foundation, 'log' | 'onLost'> {
  /** Aborted before anything lives here it takes back what was started until then; later it is for whoever then stops the daemon. */
  readonly signal?: AbortSignal;
}

/** Builds the daemon from its parts. `onLost` ends the process when another daemon has taken over what lives here. */
export async function startDaemon(
  config: Config,
  secrets: Secrets,
  { log, onLost, signal = new AbortController().signal }: StartOptions,
): Promise<Daemon> {
  const scope = new Scope((error, where) =>
    log.error({ error: messageOf(error), where }, 'unexpected_error'),
  );
  const given = { config, secrets, log, scope, late: new Late<CallsAndFlows>(), onLost };
  try {
    asUsual(); // the store's thread is to begin
    const ground = await orAbort(groundwork.start(given, signal), signal);
    whileStarting();
    const started = await life.start(ground);
    const { url } = started.api;
    log.info({ url, version }, 'started');
    const usual = { how: config.stop, drain: config.drain, hurry: scope.signal };
    return { url, stop: (order) => stopDaemon(started, { ...usual, ...order }) };
  } catch (error) {
    await scope.close();
    throw error;
  } finally {
    asUsual();
  }
}

/** In the order of their start; what is started last is stopped first. */
const groundwork = new PartList<Foundation>()
  .and('store', startStore)
  .and('lease', beginLease)
  .and('addresses', ({ config }) => ({ allow: config.webhook.allow, allowHttp: config.allow_http }))
  .and('policy', ({ addresses }) => new AddressPolicy(addresses))
  .and('metrics', () => new Metrics())
  .and('http', startHttp)
  .and('later', startLaterRequests)
  .and('links', makeLinks)
  .and('told', startNews)
  .and('delivery', ({ told }) => told.delivery)
  .and('recorder', ({ told }) => told.recorder)
  .and('liveEvents', ({ told }) => told.liveEvents)
  .and('news', ({ told }) => told.news)
  .and('sounds', startSounds)
  .and('chatbots', startChatbots)
  .and('catalogue', () => loadActions())
  .and('replies', ({ catalogue, addresses, scope }) => startReading(catalogue, addresses, scope))
  .and('requests', makeRequestPorts)
  .and('schedules', ({ store }) => new Schedules(store.schedules))
  .and('engagements', () => new Engagements())
  .and('turn', makeTurn)
  .and('connection', makeConnection)
  .and('trunks', startTrunks)
  .and('phones', startExtensions)
  .and('console', startConsole)
  .and('flowOf', ({ store, catalogue, schedules, phones: { pages } }) =>
    flowFinder(store, catalogue, schedules, pages),
  )
  .and('music', startMusic)
  .and('recordings', startRecordings)
  .and('takes', makeTakes)
  .and('voicemail', startVoicemail)
  .and('hearing', startHearing)
  .and('transcribes', startTranscribes)
  .and('queues', startQueues)
  .and('conferences', startConferences)
  .and('texts', startMessages)
  .and('admission', makeAdmission)
  .and('calls', makeCallParts)
  .and('logs', ({ config, log, scope, connection: { ari }, metrics }) => {
    watchAsteriskLogs({ config, log, scope, ari, onFailed: metrics.logins.failed });
  })
  .and('retention', ({ config: { retention }, log, scope, store, recordings, sounds }) => {
    const { caches, bound } = sounds;
    startRetention({ store, retention, recordings, caches, bound, log }, scope);
  })
  .and('externalMedia', makeExternalMedias)
  .and('ports', makePorts)
  .and('activeflows', makeActiveflows)
  .and('receive', ({ log, activeflows, recorder, flowOf, metrics, phones, store }) => {
    const isSaturated = (): boolean => recorder.isSaturated;
    const onRefused = metrics.calls.refused;
    const pages = { phones: phones.pages, flows: store.flows };
    return reception({ activeflows, log, isSaturated, flowOf, onRefused, pages });
  })
  .and('commands', ({ calls, catalogue, ports, recordings, activeflows, news }) => {
    const { calls: registry, transfers } = calls;
    return new CallCommands({
      ...{ calls: registry, catalogue, ports, recordings, activeflows, transfers },
      onEvent: news.flow,
    });
  });

/** From here on calls and flows live. */
const life = new PartList<Awaited<ReturnType<typeof groundwork.start>>>()
  .and('recovery', makeRecovery)
  .and('succession', makeSuccession)
  .and('begun', async (parts) => {
    const { late, calls, activeflows, receive, recovery, store, recorder } = parts;
    const { recoveries, adopt } = parts.succession;
    const { phones } = parts.phones;
    const { lines: trunks } = parts.trunks;
    const { outgoing } = calls;
    const { lamps } = parts.voicemail;
    late.bind({
      calls: calls.calls,
      outgoing,
      activeflows,
      receive,
      recoveries,
      adopt,
      phones,
      trunks,
      music: parts.music,
      lamps,
    });
    const due = await recover(recovery, () => store.completions.due(), recorder);
    for (const completion of due) activeflows.complete(completion);
    calls.start();
  })
  .and('others', watchOthers)
  .and('api', startApi);
