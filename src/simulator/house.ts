import type { Call } from '../calls/call.ts';
import { CallRegistry } from '../calls/call-registry.ts';
import { Engagements } from '../calls/engagements.ts';
import { zeroId } from '../core/clock.ts';
import { silentLog } from '../core/log.ts';
import { Scope } from '../core/scope.ts';
import { Activeflows } from '../flows/activeflows.ts';
import { withOwnDefaults } from '../flows/defaults.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { checkingOf } from '../flows/reading/checking.ts';
import { mappingOf } from '../flows/reading/mapping.ts';
import { Replies } from '../flows/reading/replies.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Ports } from '../ports/ports.ts';
import { flowFinder, reception } from '../reception/reception.ts';
import { Schedules } from '../schedules/schedules.ts';
import { Transcribes } from '../transcribes/transcribes.ts';
import { Transfers } from '../transfers/transfers.ts';
import type { SimulatedAsterisk } from './asterisk/asterisk.ts';
import type { SimulatedEars } from './ears.ts';
import { byId, type Installation } from './installation.ts';
import { memoryConferences } from './memory/conferences.ts';
import { MemoryQueues } from './memory/queues.ts';
import { MemoryRecordings } from './memory/recordings.ts';
import { MemoryVoicemails } from './memory/voicemails.ts';
import { simulatedOutgoing } from './outgoing.ts';
import type { CalledParties } from './parties.ts';
import { requestPorts } from './request-ports.ts';
import { SimulatedAri } from './simulated-ari.ts';
import type { SimulatedSounds } from './sounds.ts';
import type { Planning, Telling } from './telling.ts';
import type { SimulatedWeb } from './web.ts';

export interface HouseOptions {
  readonly asterisk: SimulatedAsterisk;
  readonly installation: Installation;
  readonly catalogue: ActionCatalogue;
  readonly sounds: SimulatedSounds;
  readonly ears: SimulatedEars;
  readonly web: SimulatedWeb;
  readonly tell: Telling;
  readonly plan: Planning;
  /** Told while a flow waits for a recording. */
  readonly taking: <T>(take: Promise<T>) => Promise<T>;
  /** What those say whose audio is listened to. */
  readonly audio: Pick<CalledParties, 'speakTo'>;
  /** A call has come in. */
  readonly onIncoming: (call: Call) => void;
  /** What runs for a number instead of what is installed there. */
  readonly flow?: FlowToRun | undefined;
  /** Set before the first action. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** No call lives longer, in milliseconds. */
  readonly maxDuration: number;
  readonly pace: (signal: AbortSignal) => Promise<void>;
  /** A defect: an error that nobody was left to catch. */
  readonly onDefect: (error: unknown) => void;
}

/** The daemon without what is outside of it: all that lives in it, over the simulated Asterisk, with its records in memory. */
export class House implements AsyncDisposable {
  readonly calls: CallRegistry;
  readonly activeflows: Activeflows;
  readonly scope: Scope;

  constructor(options: HouseOptions) {
    const { asterisk, installation, catalogue, sounds, ears, web, tell, onIncoming, variables } = options;
    this.scope = new Scope((error) => options.onDefect(error));
    const { scope } = this;
    const { ari } = new SimulatedAri(asterisk);
    asterisk.legs.hasEveryPhone = installation.extensions.length === 0;
    for (const { extension } of installation.extensions) asterisk.legs.phones.set(extension, 'online');
    const log = silentLog;
    // Where there are none, every phone is there.
    asterisk.legs.hasEveryPhone = installation.extensions.length === 0;
    for (const { extension } of installation.extensions) asterisk.legs.phones.set(extension, 'online');
    const ended = new Map<string, object>();
    const engagements = new Engagements();
    const flows = byId(installation.flows);
    const flowsPort: Ports['flows'] = {
      get: async (id) => {
        const flow = flows.get(id);
        return flow && withOwnDefaults(flow, catalogue);
      },
    };
    const schedulesById = byId(installation.schedules);
    const schedules = new Schedules({ get: async (id) => schedulesById.get(id), edition: 0 });
    const find = options.flow
      ? undefined
      : finderIn(installation, { flows: flowsPort, schedules, catalogue });
    const flowOf = async (number: string): Promise<FlowToRun | undefined> => options.flow ?? find?.(number);
    const calls = new CallRegistry({
      ...{ ari, scope, log, maxDuration: options.maxDuration },
      onCall: (call) => engagements.begin(call),
      onIncoming: (call) => {
        onIncoming(call);
        scope.spawn('call', () => receive(call));
      },
      onChange: (type, record) => {
        ended.set(record.id, record);
        if (type) tell(type, record);
      },
      onTransfer: (call, event) => transfers.refer(call, event),
      onReturn: (call, number) => transfers.cameBack(call, number),
    });
    const recordings = new MemoryRecordings({ ari, tell, taking: options.taking });
    const voicemails = new MemoryVoicemails({
      mailboxes: installation.mailboxes,
      recordings: recordings.recordings,
      ...{ tell, scope },
    });
    const receiveAudio: Ports['audio']['receive'] = async (connectionId, onAudio, listening) => {
      asterisk.sideChannels.connectBy(connectionId);
      listening.defer(options.audio.speakTo(onAudio));
    };
    const transcribes = new Transcribes({
      hearing: ears.writing,
      receive: receiveAudio,
      steadied: (write) => ({ write }), // words are heard here, not sounds
      recordings: recordings.recordings,
      callOf: (id) => calls.get(id),
      find: async () => undefined,
      forget: async () => undefined,
      customerId: zeroId,
      concurrent: 100,
      news: {
        changed: (record, _, type) => type && tell(type, record),
        said: (record) => tell('transcript_created', record),
        saying: (record) => tell('transcript_interim', record),
      },
      ...{ log, scope: scope.child() },
    });
    const queues = new MemoryQueues({
      ...{ queues: installation.queues, agents: installation.agents, engagements, tell, scope, log },
      isRegistered: (phone) => asterisk.legs.isThere(phone),
      calling: () => ({
        outgoing: outgoingPort,
        flows: flowsPort,
        callOf: (id) => calls.get(id),
        wasMade: async (id) => ended.has(id),
      }),
    });
    const outgoing = simulatedOutgoing({
      ...{ calls, activeflows: () => activeflows, agents: queues.agentRecords, scope },
      trunks: installation.trunks,
    });
    const outgoingPort: Ports['outgoing'] = {
      partiesOf: (destination) => outgoing.partiesOf(destination),
      check: (destination) => outgoing.check(destination),
      uriOf: (...where) => outgoing.uriOf(...where),
      ring: (request) => outgoing.ring(request),
      start: (request) => outgoing.start(request),
      later: async (wanted) => {
        for (const call of wanted) options.plan('call', call);
      },
    };
    const transfers = new Transfers({
      ...{ ari, scope, log, flowOf },
      callOn: (channelId) => calls.onChannel(channelId),
      activeflows: {
        takeOver: (...call) => activeflows.takeOver(...call),
        inherit: (...those) => activeflows.inherit(...those),
      },
      places: {
        waits: (callId) => queues.queues.ofCall(callId) !== undefined,
        pass: (...those) => queues.queues.pass(...those),
      },
    });
    const rules = { catalogue, checkUrl: web.port.checkUrl };
    const activeflows = new Activeflows({
      ...{ customerId: zeroId, catalogue, scope, log, pace: options.pace },
      // Without a thread: simulated time is none of a thread's.
      replies: new Replies({
        rules,
        mapping: { run: async (job) => mappingOf(job) },
        checking: { run: async (job) => checkingOf(job, rules) },
      }),
      ports: {
        ...{ speech: sounds.speech, media: sounds.media, music: sounds.music },
        ...{ hearing: ears.asking, transcribes, http: web.port, audio: { receive: receiveAudio } },
        ...{ recordings: recordings.recordings, takes: recordings.takes },
        ...{ mailboxes: voicemails.mailboxes, voicemails: voicemails.voicemails },
        ...memoryConferences({ conferences: installation.conferences, sounds, tell, scope, log }),
        ...requestPorts({ installation, agents: queues.agents, web, tell, plan: options.plan }),
        ...{ queues: queues.queues, outgoing: outgoingPort, schedules, flows: flowsPort },
        calls: { endOf: (id) => calls.endOf(id, { get: async () => undefined }) },
      },
      onChange: (type, record) => type && tell(type, record),
      onEvent: ({ type, data }) => tell(type, data),
    });
    const receive = reception({
      // What a test says before the call is set when it comes.
      activeflows: {
        runOnCall: (call, flow) => activeflows.startOnCall(call, flow, { initial: variables }).done,
      },
      ...{ log, flowOf, isSaturated: () => false, onRefused: () => undefined },
    });
    this.calls = calls;
    this.activeflows = activeflows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scope.close();
  }
}

interface Finding extends Pick<HouseOptions, 'catalogue'>, Pick<Ports, 'flows' | 'schedules'> {}

/** What runs for whoever dials a number. */
function finderIn(
  installation: Installation,
  { flows, schedules, catalogue }: Finding,
): (number: string) => Promise<FlowToRun | undefined> {
  const numbers = new Map(installation.numbers.map((number) => [number.number, number]));
  const phones = new Map(installation.extensions.map((phone) => [phone.extension, phone]));
  return flowFinder(
    {
      numbers: { byNumber: async (number) => numbers.get(number), edition: 0 },
      flows: { ...flows, edition: 0 },
      extensions: { byExtension: async (number) => phones.get(number), edition: 0 },
    },
    catalogue,
    schedules,
  );
}
