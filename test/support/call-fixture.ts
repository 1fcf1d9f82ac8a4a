import { expect, vi } from 'vitest';
import type { Call } from '../../src/calls/call.ts';
import type { CallEventType } from '../../src/calls/call-options.ts';
import type { CallRecord } from '../../src/calls/call-record.ts';
import { CallRegistry, type CallRegistryOptions } from '../../src/calls/call-registry.ts';
import type { TraceRecord } from '../../src/calls/diary-entry.ts';
import { zeroId } from '../../src/core/clock.ts';
import { type Log, silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import type { Activeflow } from '../../src/flows/activeflow.ts';
import type { ActiveflowEventType, ActiveflowWriting } from '../../src/flows/activeflow-options.ts';
import type { ActiveflowRecord } from '../../src/flows/activeflow-record.ts';
import { Activeflows } from '../../src/flows/activeflows.ts';
import { withOwnDefaults } from '../../src/flows/defaults.ts';
import { checkFlow } from '../../src/flows/flow.ts';
import type { FlowEvent } from '../../src/flows/flow-event.ts';
import { type ActionCatalogue, loadActions } from '../../src/flows/load-actions.ts';
import { mediaNews } from '../../src/flows/media-news.ts';
import type { FlowToRun } from '../../src/ports/flow-to-run.ts';
import type { Ports } from '../../src/ports/ports.ts';
import type { OpeningNow } from '../../src/ports/schedules.ts';
import { Recovery } from '../../src/recovery/recovery.ts';
import type { IncomingDial, SimulatedChannel } from '../../src/simulator/asterisk/channel.ts';
import { Transfers } from '../../src/transfers/transfers.ts';
import { FakeAri, type FakeAriOptions } from './fake-ari.ts';
import type { FakeAsterisk } from './fake-asterisk.ts';
import { FakeAudio } from './fake-audio.ts';
import { FakeChatbots } from './fake-chatbots.ts';
import { FakeConferences } from './fake-conferences.ts';
import { FakeExternalMedia } from './fake-external-media.ts';
import { FakeHearing } from './fake-hearing.ts';
import { FakeHttp } from './fake-http.ts';
import { FakeMedia } from './fake-media.ts';
import { FakeMessages } from './fake-messages.ts';
import { FakeMusic } from './fake-music.ts';
import { FakeOutgoing } from './fake-outgoing.ts';
import { FakeQueues } from './fake-queues.ts';
import { FakeRequestPorts } from './fake-request-ports.ts';
import { FakeSpeech } from './fake-speech.ts';
import { GivenRecordings } from './given-recordings.ts';
import { givenReplies } from './given-replies.ts';
import { GivenRows } from './given-rows.ts';
import { GivenTranscribes } from './given-transcribes.ts';
import { GivenVoicemails } from './given-voicemails.ts';

export const catalogue: ActionCatalogue = await loadActions();

export interface GivenCall extends IncomingDial, FakeAriOptions {
  readonly maxDuration?: number;
  readonly catalogue?: ActionCatalogue;
  readonly log?: Log;
  /** The life before this one, which was killed. */
  readonly before?: CallFixture;
  /** What it has left in the store. */
  readonly rows?: GivenRows;
  /** Whether what was told of a call is in the store. */
  readonly written?: CallRegistryOptions['written'] | undefined;
}

interface Restarting {
  readonly isAway?: boolean;
  readonly later?: number;
  /** What happens while nobody is there, and of which nobody hears. */
  readonly meanwhile?: () => unknown;
}

export type Published =
  | { readonly type: CallEventType; readonly data: CallRecord }
  | { readonly type: ActiveflowEventType; readonly data: ActiveflowRecord }
  | FlowEvent;

type DataOf<T> = T extends CallEventType
  ? CallRecord
  : T extends ActiveflowEventType
    ? ActiveflowRecord
    : Extract<FlowEvent, { type: T }>['data'];

/** An action as a test writes it. */
export interface WrittenAction {
  readonly id?: string;
  readonly next_id?: string;
  readonly type: string;
  readonly option?: Readonly<Record<string, unknown>>;
  readonly on_error_id?: string;
}

/** Lets `ms` milliseconds of simulated time pass, and everything that happens meanwhile happen. */
export async function pass(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A call that has come in, on the fake Asterisk. Needs `vi.useFakeTimers()`: time passes when the test says so. */
export function givenCall(options: GivenCall = {}): CallFixture {
  return new CallFixture(options);
}

export class CallFixture {
  readonly fake: FakeAri;
  readonly asterisk: FakeAsterisk;
  readonly calls: CallRegistry;
  readonly channel: SimulatedChannel;
  readonly call: Call;
  /** The calls that came in, this one first. */
  readonly incoming: Call[] = [];
  readonly speech: FakeSpeech;
  readonly chatbots: FakeChatbots;
  readonly hearing: FakeHearing;
  readonly media: FakeMedia;
  readonly music: FakeMusic;
  readonly http: FakeHttp;
  readonly audio: FakeAudio;
  readonly externalMedia: FakeExternalMedia;
  readonly messages: FakeMessages;
  readonly requestPorts: FakeRequestPorts;
  readonly recordings: GivenRecordings;
  readonly voicemails: GivenVoicemails;
  readonly transcribes: GivenTranscribes;
  /** Stored flows by their ids. */
  readonly flows: Map<string, FlowToRun>;
  /** What schedules say, by their ids. */
  readonly schedules: Map<string, OpeningNow>;
  /** Everything published, oldest first. */
  readonly published: Published[];
  /** What is stored of calls and activeflows. */
  readonly rows: GivenRows;
  /** What was to be written with each change of an activeflow, oldest first. */
  readonly written: (ActiveflowWriting & { readonly record: ActiveflowRecord })[] = [];
  /** Pages of what its calls have met, by their ids. */
  readonly pages = new Map<string, TraceRecord>();
  /** The ids of completions that came to nothing. */
  readonly passedOver: string[] = [];
  /** Errors nobody was left to catch. */
  readonly reported: unknown[] = [];
  readonly scope = new Scope((error) => this.reported.push(error));
  readonly activeflows: Activeflows;
  /** What actions use of the rest. */
  readonly ports: Ports;
  readonly conferences: FakeConferences;
  readonly outgoing: FakeOutgoing;
  readonly transfers: Transfers;
  /** What runs for whoever dials a number. */
  readonly numbers = new Map<string, FlowToRun>();
  readonly queues: FakeQueues;
  readonly #catalogue: ActionCatalogue;
  readonly #options: GivenCall;
  #isDead = false;

  constructor(options: GivenCall) {
    const { maxDuration = 14_400_000, log = silentLog, before } = options;
    this.#options = options;
    this.#catalogue = options.catalogue ?? catalogue;
    this.speech = before?.speech ?? new FakeSpeech();
    this.chatbots = before?.chatbots ?? new FakeChatbots();
    this.hearing = before?.hearing ?? new FakeHearing();
    this.media = before?.media ?? new FakeMedia();
    this.music = before?.music ?? new FakeMusic();
    this.http = before?.http ?? new FakeHttp();
    this.messages = before?.messages ?? new FakeMessages();
    this.requestPorts = before?.requestPorts ?? new FakeRequestPorts();
    this.flows = before?.flows ?? new Map();
    this.schedules = before?.schedules ?? new Map();
    this.published = before ? [...before.published] : [];
    this.rows = options.rows ?? new GivenRows();
    this.fake = new FakeAri({ ...options, ...(before && { asterisk: before.asterisk }) });
    this.asterisk = this.fake.asterisk;
    this.externalMedia = new FakeExternalMedia(before?.externalMedia);
    this.recordings = new GivenRecordings(this.fake.ari, before?.recordings);
    this.voicemails = new GivenVoicemails({
      recordings: this.recordings,
      scope: this.scope,
      before: before?.voicemails,
    });
    this.audio = new FakeAudio(this.asterisk);
    this.transcribes = new GivenTranscribes({
      hearing: this.hearing,
      before: before?.transcribes,
      receive: this.audio.port.receive,
      recordings: this.recordings.recordings,
      callOf: (id) => this.calls.get(id),
      scope: this.scope.child(),
    });
    this.calls = new CallRegistry({
      ari: this.fake.ari,
      scope: this.scope,
      log,
      maxDuration,
      onIncoming: (call) => this.incoming.push(call),
      onChange: (type, data, state) => {
        if (this.#isDead) return;
        if (type) this.published.push({ type, data });
        this.rows.call(data, state);
      },
      written: options.written ?? (() => this.rows.stored()),
      onPage: (page) => {
        if (!this.#isDead) this.pages.set(page.id, structuredClone(page));
      },
      onTransfer: (call, event) => this.transfers.refer(call, event),
      onReturn: (call, number) => this.transfers.cameBack(call, number),
    });
    this.transfers = new Transfers({
      ari: this.fake.ari,
      callOn: (channelId) => this.calls.onChannel(channelId),
      activeflows: {
        takeOver: (...call) => this.activeflows.takeOver(...call),
        inherit: (...calls) => this.activeflows.inherit(...calls),
      },
      places: {
        waits: (callId) => this.queues.queues.ofCall(callId) !== undefined,
        pass: (...calls) => this.queues.queues.pass(...calls),
      },
      flowOf: async (number) => this.numbers.get(number),
      scope: this.scope,
      log,
    });
    const sounds = { speech: this.speech, media: this.media };
    this.conferences = new FakeConferences({ scope: this.scope, log, sounds, before: before?.conferences });
    this.outgoing = new FakeOutgoing({
      calls: this.calls,
      activeflows: () => this.activeflows,
      scope: this.scope,
    });
    this.queues = new FakeQueues({
      scope: this.scope,
      log,
      outgoing: this.outgoing,
      calling: {
        flows: { get: async (id) => this.flows.get(id) },
        callOf: (id) => this.calls.get(id),
        wasMade: async (id) => this.rows.recordOf(id) !== undefined,
      },
      before: before?.queues,
    });
    this.ports = {
      speech: this.speech,
      chatbots: this.chatbots,
      hearing: this.hearing,
      transcribes: this.transcribes.transcribes,
      media: this.media,
      music: this.music,
      http: this.http.port,
      audio: this.audio.port,
      externalMedia: this.externalMedia.port,
      ...this.requestPorts.ports,
      recordings: this.recordings.recordings,
      takes: this.recordings.takes,
      mailboxes: this.voicemails.mailboxes,
      voicemails: this.voicemails.voicemails,
      ...this.conferences.ports,
      queues: this.queues.queues,
      messages: this.messages.port,
      outgoing: this.outgoing.port,
      calls: { endOf: (id) => this.calls.endOf(id, { get: async () => this.rows.recordOf(id) }) },
      schedules: { at: async (id) => this.schedules.get(id) },
      flows: {
        get: async (id) => {
          const flow = this.flows.get(id);
          return flow && withOwnDefaults(flow, this.#catalogue);
        },
      },
    };
    this.activeflows = new Activeflows({
      customerId: zeroId,
      catalogue: this.#catalogue,
      scope: this.scope,
      replies: givenReplies(this.#catalogue, this.http.port.checkUrl),
      pace: async () => undefined,
      ports: this.ports,
      log,
      onChange: (type, record, writing) => {
        if (this.#isDead) return;
        if (type) this.published.push({ type, data: record });
        this.written.push({ ...writing, record });
        this.rows.activeflow(type, record, writing);
      },
      onPassedOver: ({ id }) => this.passedOver.push(id),
      onEvent: (event) => {
        if (!this.#isDead) this.published.push(event);
      },
    });
    if (before) for (const [id, agent] of before.outgoing.agents) this.outgoing.agents.set(id, agent);
    this.channel = before?.channel ?? this.asterisk.dial(options);
    const call = before ? this.calls.restore(this.rows.left(before.call.id)) : this.incoming[0];
    if (!call) throw new Error('the call was not admitted');
    this.call = call;
  }

  /**
   * The daemon is killed, and another one starts, so many milliseconds later: on the same Asterisk, if that is there, with what is
   * stored.
   */
  async restart({ isAway = false, later = 0, meanwhile }: Restarting = {}): Promise<CallFixture> {
    const next = await this.#kill(later, meanwhile);
    const { calls, activeflows, scope } = next;
    const recovery = new Recovery({
      rows: { calls: async () => next.rows.calls(), activeflows: async () => next.rows.activeflows() },
      ari: next.fake.ari,
      calls: { restore: (left) => calls.get(left.record.id) ?? calls.restore(left) },
      outgoing: next.outgoing.calls,
      talks: next.transfers,
      rescues: [
        (survivors) => next.queues.goOn(survivors),
        async (survivors) => next.conferences.goOn(survivors),
        async (survivors) => {
          const { recordings, left } = next.recordings;
          const bridgeOf = (id: string) => next.conferences.confbridges.bridge(id);
          recordings.takeUp(left, { ...survivors, scope, bridgeOf });
        },
        async ({ callOf }) => next.voicemails.goOn(callOf),
        (survivors) => next.transcribes.transcribes.takeUp(next.transcribes.left, survivors),
        async ({ callOf }) =>
          next.externalMedia.takeUp(callOf, (activeflowId, callId) =>
            mediaNews(activeflowId, callId, (event) => next.published.push(event)),
          ),
      ],
      ended: { get: async () => undefined },
      filesOf: async () => new Map(),
      ending: { call: () => undefined, activeflow: () => undefined },
      catalogue: next.#catalogue,
      log: silentLog,
      ...{ activeflows, scope },
    });
    await recovery.begin();
    if (isAway) return next;
    await calls.reconcile(scope.signal);
    recovery.compared();
    return next;
  }

  /** Nothing of it reaches anybody any more. */
  async #kill(later: number, meanwhile?: () => unknown): Promise<CallFixture> {
    this.#isDead = true;
    this.fake.die();
    this.asterisk.sideChannels.disconnect();
    for (const part of [
      ...[this.recordings, this.voicemails, this.transcribes],
      ...[this.externalMedia, this.queues, this.conferences],
    ])
      part.die();
    const rows = new GivenRows(this.rows);
    void this.scope.close();
    await meanwhile?.();
    if (later > 0) await pass(later);
    return new CallFixture({ ...this.#options, before: this, rows });
  }

  /** The activeflow in progress on the call, as it is stored. */
  get record(): ActiveflowRecord | undefined {
    return this.rows.activeflows().find(({ record }) => record.reference_id === this.call.id)?.record;
  }

  /** The flow that goes on. */
  get flow(): RunningFlow {
    const { id = '' } = this.record ?? {};
    const activeflow = this.activeflows.get(id);
    if (!activeflow) throw new Error('there is no activeflow');
    return new RunningFlow(activeflow, this.rows.over(id));
  }

  /** Starts a flow on the call; the time it takes must be let pass. */
  run(...actions: readonly WrittenAction[]): RunningFlow {
    const checked = checkFlow(actions, this.#catalogue);
    expect(checked.problems).toEqual([]);
    return this.runUnchecked(checked.actions);
  }

  runUnchecked(actions: ReturnType<typeof checkFlow>['actions'], more: Partial<FlowToRun> = {}): RunningFlow {
    const done = this.activeflows.runOnCall(this.call, { id: zeroId, actions, ...more });
    const created = this.published.findLast(({ type }) => type === 'activeflow_created');
    const activeflow = this.activeflows.get(created?.data.id ?? '');
    if (!activeflow) throw new Error('there is no activeflow');
    return new RunningFlow(activeflow, done);
  }

  /** One action, and behind it a very long sleep: whoever is there has it behind him. */
  runOne(type: string, option?: Readonly<Record<string, unknown>>): RunningFlow {
    return this.run({ id: 'it', type, ...(option && { option }) }, { id: 'after', ...longSleep });
  }

  press(digits: string): void {
    this.asterisk.press(this.channel, digits);
  }

  /** The phone holds the call, or takes it back. */
  hold(isOnHold: boolean): void {
    this.asterisk.holdByPhone(this.channel, isOnHold);
  }

  hangup(): void {
    this.asterisk.hangup(this.channel);
  }

  /** The types of what was published, oldest first. */
  get types(): readonly string[] {
    return this.published.map(({ type }) => type);
  }

  /** What was published of one type. */
  of<T extends Published['type']>(type: T): DataOf<T>[] {
    return this.published.flatMap((event) => (event.type === type ? [event.data as DataOf<T>] : []));
  }

  /** The codes of the actions that failed. */
  get failures(): readonly string[] {
    return this.of('action_failed').map(({ code }) => code);
  }

  /** The call is over, and so is everything that was for it. */
  expectNothingLeft(): void {
    expect({
      isEnded: this.call.isEnded,
      expectations: this.call.pendingExpectations,
      listening: this.call.digits.listening,
      prompts: this.call.prompts.length,
      isSentSilence: this.call.silence.isKept,
      isListenedTo: this.call.incoming.isWatched,
      whispering: this.call.whispers.size,
      transcribes: this.transcribes.transcribes.size,
      isUndecided: this.call.attachment.isUndecided,
      calls: this.calls.size,
      activeflows: this.activeflows.size,
      playing: this.asterisk.playing,
      channels: this.asterisk.channels.size,
      bridges: this.asterisk.bridges.size,
      recordings: this.asterisk.recordings.live,
      timers: vi.getTimerCount(),
      reported: this.reported,
    }).toEqual({
      isEnded: true,
      expectations: 0,
      listening: 0,
      prompts: 0,
      isSentSilence: false,
      isListenedTo: false,
      whispering: 0,
      transcribes: 0,
      isUndecided: false,
      calls: 0,
      activeflows: 0,
      playing: [],
      channels: 0,
      bridges: 0,
      recordings: [],
      timers: 0,
      reported: [],
    });
  }
}

export class RunningFlow {
  readonly activeflow: Activeflow;
  readonly done: Promise<void>;
  isDone = false;

  constructor(activeflow: Activeflow, done: Promise<void>) {
    this.activeflow = activeflow;
    this.done = done.then(() => {
      this.isDone = true;
    });
  }

  /** The id of the action it is at. */
  get at(): string {
    return this.activeflow.record.current_action.id;
  }

  variable(name: string): string {
    return this.activeflow.variables.get(name);
  }
}

export const longSleep = { type: 'sleep', option: { duration: 3_600_000 } } as const;
