import { dirname, join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import type { AgentEventType, AgentRecord } from '../../src/agents/agent-record.ts';
import { Agents } from '../../src/agents/agents.ts';
import type { Limits } from '../../src/api/auth.ts';
import { Console } from '../../src/api/console/console.ts';
import { drainOf } from '../../src/api/drain.ts';
import { Metrics } from '../../src/api/metrics.ts';
import type { Parts } from '../../src/api/parts.ts';
import type { Gauges } from '../../src/api/present-figures.ts';
import { createApi } from '../../src/api/server.ts';
import { StoredTokens } from '../../src/api/stored-tokens.ts';
import { Chatbots } from '../../src/chatbots/chatbots.ts';
import { CachedFiles } from '../../src/core/cached-files.ts';
import { zeroId } from '../../src/core/clock.ts';
import { AriflowError } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import type { ExtensionEventType } from '../../src/extensions/extension-record.ts';
import { Extensions } from '../../src/extensions/extensions.ts';
import type { CheckedFlow } from '../../src/flows/flow.ts';
import { LiveEvents } from '../../src/news/live-events.ts';
import type { Outbox } from '../../src/news/outbox.ts';
import { Recorder } from '../../src/news/recorder.ts';
import { parseDestination } from '../../src/outgoing/dial-string.ts';
import type { ActionJson } from '../../src/ports/action-json.ts';
import { RecordingLinks } from '../../src/recordings/recording-links.ts';
import { toldTo } from '../../src/simulator/memory/told.ts';
import { Sounds } from '../../src/sounds/sounds.ts';
import type { Store } from '../../src/storage/store.ts';
import { Trunks } from '../../src/trunks/trunks.ts';
import { Mailboxes } from '../../src/voicemail/mailboxes.ts';
import { admissionOf } from './admission-of.ts';
import { catalogue } from './call-fixture.ts';
import { FakeSpeech } from './fake-speech.ts';
import type { FakeCarrier } from './given-messages.ts';
import { recordingsIn } from './given-recordings.ts';
import { storeTranscribes } from './given-transcribes.ts';
import { type StoreConferences, storeConferences } from './store-conferences.ts';
import { givenStore } from './store-folder.ts';
import { storeMessages } from './store-messages.ts';
import { type QueueTold, storeQueues } from './store-queues.ts';
import { storeVoicemails } from './store-voicemails.ts';

export const token = 'correct-horse-battery-staple';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back.
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface ApiFixture extends AsyncDisposable {
  readonly api: FastifyInstance;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly outbox: Outbox;
  readonly parts: Parts;
  /** Where audio that was uploaded lies. */
  readonly uploads: string;
  /** Every log line, as JSON. */
  readonly lines: string[];
  /** How often the endpoints were said to have changed. */
  readonly changes: { count: number };
  readonly meetings: StoreConferences;
  /** Who carries messages. */
  readonly carrier: FakeCarrier;
  /** Everything told of agents, oldest first. */
  readonly agentEvents: { readonly type: AgentEventType; readonly data: AgentRecord }[];
  /** What was told of extensions, oldest first. */
  readonly extensionEvents: ExtensionEventType[];
  /** Everything told of queues, oldest first. */
  readonly queueEvents: QueueTold[];
  /** Asks with the token. */
  ask(method: Method, path: string, body?: unknown): Promise<Answer>;
  send(request: InjectOptions): Promise<Answer>;
}

/** What there is where there is nothing. */
export const nothing: Gauges = {
  liveCalls: 0,
  liveActiveflows: 0,
  isConnected: false,
  owned: 0,
  orphans: 0,
  waitingInQueues: { count: 0, longest: 0 },
  callbacks: 0,
  waitingChanges: 0,
  pendingDeliveries: async () => 0,
  storeSize: async () => 0,
  disks: { data: async () => ({ size: 0, free: 0 }), media: async () => ({ size: 0, free: 0 }) },
};

/** No call lives. */
export const noLiveCalls: Parts['liveCalls'] = {
  diary: () => undefined,
  hangup: () => false,
  perform: async () => {
    throw new AriflowError('CONFLICT', 'the call has ended');
  },
  redirect: async () => {
    throw new AriflowError('CONFLICT', 'the call has ended');
  },
};

/** The API on a real store; what lives (calls, activeflows) is whatever a test says. */
export async function givenApi(change: Partial<Parts> = {}, limits?: Limits): Promise<ApiFixture> {
  const folder = await givenStore();
  const lines: string[] = [];
  const log = linesLog(lines);
  const liveEvents = new LiveEvents(() => undefined);
  const recorder = new Recorder(folder.store, log, { onEvent: (event) => liveEvents.tell(event) });
  const changes = { count: 0 };
  const agentEvents: ApiFixture['agentEvents'] = [];
  const extensionEvents: ApiFixture['extensionEvents'] = [];
  const queueEvents: ApiFixture['queueEvents'] = [];
  const meetings = storeConferences(folder.store, recorder, log);
  const { confbridges, conferences, conferencecalls } = meetings;
  const texts = storeMessages(folder.store, recorder, log);
  const uploads = join(dirname(folder.path), 'sounds');
  const { outbox } = folder.store;
  const agents = new Agents(
    folder.store.agents,
    toldTo(folder.store.agents, (type, data) => agentEvents.push({ type, data })),
  );
  const recordings = recordingsIn(dirname(folder.path), folder.store, recorder);
  const scope = new Scope((error) => lines.push(String(error)));
  const parts: Parts = {
    customerId: zeroId,
    version: '0.0.0',
    store: folder.store,
    recorder,
    liveEvents,
    tokens: new StoredTokens({ store: folder.store.tokens, configured: token, log }),
    console: new Console({
      ...{ scope, folder: join(dirname(folder.path), 'console') },
      ...{ url: 'http://127.0.0.1:8080', host: '127.0.0.1', publicUrl: 'https://calls.example' },
    }),
    liveCalls: noLiveCalls,
    makeCalls: async () => ({ calls: [], later: [] }),
    liveActiveflows: { get: () => undefined, stop: () => false, variables: async () => undefined },
    log,
    agents,
    extensions: new Extensions({
      told: toldTo(folder.store.extensions, (type: ExtensionEventType) => extensionEvents.push(type)),
      phones: { checkOurs: () => undefined, changed: async () => undefined },
      transports: ['udp', 'tls', 'ws'],
      checkTarget: ({ type, target }) =>
        void parseDestination({ type, target, target_name: '', name: '', detail: '' }),
      isNumber: async (number) => (await folder.store.numbers.byNumber(number)) !== undefined,
    }),
    trunks: new Trunks({
      store: folder.store.trunks,
      told: toldTo(folder.store.trunks, () => undefined),
      lines: { configured: undefined, checkOurs: () => undefined, changed: async () => undefined },
      transports: ['udp', 'tls'],
    }),
    trunking: { calls: () => 0 },
    registrations: { of: async ({ register }) => (register ? 'registered' : 'none') },
    phoneStates: { of: async () => ({ status: 'unregistered', calls: 0 }), registrations: async () => [] },
    queues: storeQueues(folder.store, { recorder, agents, log, told: queueEvents }),
    chatbots: new Chatbots({ store: folder.store.chatbots, secretKey: 'secret key of the tests of the API' }),
    music: { check: async () => undefined, changed: async () => undefined },
    sounds: new Sounds({
      store: folder.store.sounds,
      files: new CachedFiles(uploads),
      asteriskDirectory: '/asterisk/sounds',
      most: 1_000_000,
    }),
    confbridges,
    conferences,
    conferencecalls,
    ...texts.parts,
    recordings,
    mailboxes: new Mailboxes(folder.store.mailboxes),
    mailboxesChanged: () => undefined,
    voicemails: storeVoicemails(folder.store, { recorder, recordings, scope }),
    transcribes: storeTranscribes(folder.store, { recorder, recordings, scope, log }),
    speech: new FakeSpeech(),
    speechProviders: () => [],
    actions: catalogue,
    links: new RecordingLinks({ publicUrl: 'https://calls.example', key: 'key', life: 60_000 }),
    validateFlow,
    adviseFlow: async () => [],
    look: async () => [{ what: 'disk', verdict: 'good', text: 'there is room' }],
    simulateFlow: async () => {
      throw new Error('no simulation is expected');
    },
    replayCall: async () => {
      throw new Error('no replay is expected');
    },
    startActiveflow: () => {
      throw new Error('no activeflow is expected');
    },
    validateUrl: (uri) =>
      uri.startsWith('https://') ? undefined : { path: 'uri', message: 'must be an https: URL' },
    endpointsChanged: () => {
      changes.count++;
    },
    deliveries: deliveriesOf(outbox),
    tryEndpoint: async () => ({ status: 200, error: '' }),
    secretOverlap: 60_000,
    metrics: new Metrics(),
    gauges: () => ({ ...nothing, isConnected: true, pendingDeliveries: () => outbox.countPending() }),
    readiness: async () => ({
      ready: true,
      checks: { ari: true, application: true, store: true, open: true },
      reasons: [],
    }),
    drain: drainOf(admissionOf({ log }), { calls: { size: 0 }, activeflows: { size: 0 } }),
    ...change,
  };
  const api = await createApi(parts, limits);
  const send = async (request: InjectOptions): Promise<Answer> => {
    const { statusCode, headers, payload } = await api.inject(request);
    const isJson = payload !== '' && String(headers['content-type']).startsWith('application/json');
    return { status: statusCode, headers, body: isJson ? JSON.parse(payload) : payload };
  };
  return {
    api,
    store: folder.store,
    recorder,
    outbox,
    parts,
    uploads,
    lines,
    changes,
    agentEvents,
    extensionEvents,
    queueEvents,
    meetings,
    carrier: texts.carrier,
    send,
    ask: (method, path, body) => {
      const headers = { authorization: `Bearer ${token}` };
      const url = `/v1.0${path}`;
      return send(
        body === undefined ? { method, url, headers } : { method, url, headers, payload: body as object },
      );
    },
    [Symbol.asyncDispose]: async () => {
      await api.close();
      await scope.close();
      await meetings[Symbol.asyncDispose]();
      await texts[Symbol.asyncDispose]();
      await recorder.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function deliveriesOf(outbox: Outbox): Parts['deliveries'] {
  return {
    list: (request) => outbox.list(request),
    find: (id) => outbox.find(id),
    retry: (id) => outbox.retry(id, Date.now()),
    recover: (endpointId, since) => outbox.recover({ endpointId, since, now: Date.now(), limit: 100 }),
  };
}

function linesLog(lines: string[]): Log {
  const write = (fields: object, event: string): void => {
    lines.push(
      JSON.stringify({ event, ...fields }, (_key, value) =>
        value instanceof Error ? String(value.stack) : value,
      ),
    );
  };
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return log;
}

/** Stands in for the validation of flows: an action must be an object with a known type. */
function validateFlow(json: string): CheckedFlow {
  const actions = JSON.parse(json) as readonly unknown[];
  const problems = actions.flatMap((action, index) => {
    const { type } = (action ?? {}) as { type?: unknown };
    return type === 'talk' || type === 'answer'
      ? []
      : [{ path: `actions[${index}].type`, message: 'no such action' }];
  });
  const filled = actions.map(
    (action) => ({ id: zeroId, next_id: zeroId, ...(action as object) }) as ActionJson,
  );
  return { actions: problems.length > 0 ? [] : filled, problems, warnings: [] };
}
