import type { Agents } from '../agents/agents.ts';
import type { DiaryState } from '../calls/diary-entry.ts';
import type { Chatbots } from '../chatbots/chatbots.ts';
import type { Confbridges } from '../conferences/confbridges.ts';
import type { Conferencecalls } from '../conferences/conferencecalls.ts';
import type { Conferences } from '../conferences/conferences.ts';
import type { Problem } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Extensions } from '../extensions/extensions.ts';
import type { PhoneStates } from '../extensions/phone-states.ts';
import type { CheckedFlow } from '../flows/flow.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Carriers } from '../messages/carriers.ts';
import type { Conversations } from '../messages/conversations.ts';
import type { Inbox } from '../messages/inbox.ts';
import type { Messages } from '../messages/messages.ts';
import type { LiveEvents } from '../news/live-events.ts';
import type { Recorder } from '../news/recorder.ts';
import type { MadeCalls, OrderedCalls } from '../outgoing/ordered-calls.ts';
import type { FlowDefaults, FlowToRun } from '../ports/flow-to-run.ts';
import type { SpeechPort } from '../ports/speech.ts';
import type { MailboxesPort } from '../ports/voicemail.ts';
import type { Queues } from '../queues/queues.ts';
import type { RecordingLinks } from '../recordings/recording-links.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { MusicOnHold } from '../sounds/music-on-hold.ts';
import type { Sounds } from '../sounds/sounds.ts';
import type { Provider } from '../speech/providers.ts';
import type { Store } from '../storage/store.ts';
import type { Transcribes } from '../transcribes/transcribes.ts';
import type { Registrations } from '../trunks/registrations.ts';
import type { Trunking } from '../trunks/trunking.ts';
import type { Trunks } from '../trunks/trunks.ts';
import type { Voicemails } from '../voicemail/voicemails.ts';
import type { Answer } from '../webhooks/attempt.ts';
import type { Deliveries, Delivery } from '../webhooks/delivery.ts';
import type { Console } from './console/console.ts';
import type { Drain } from './drain.ts';
import type { LiveActiveflows } from './live-activeflows.ts';
import type { Metrics } from './metrics.ts';
import type { Gauges } from './present-figures.ts';
import type { Readiness } from './readiness.ts';
import type { ReplayedCall, WantedReplay } from './replays.ts';
import type { SimulatedCall, WantedSimulation } from './simulations.ts';
import type { StartedActiveflow } from './start-activeflow.ts';
import type { TokenBook } from './tokens.ts';

/** An action to be run beside the flow of a call, or an order about its recordings. */
export interface CallCommand {
  readonly type: string;
  /** As its schema has parsed it. */
  readonly option: unknown;
}

export interface LiveCalls {
  /** Asks for the hang-up of a call that lives; false where none does. */
  hangup(id: string): boolean;
  /**
   * Does something with a call that lives and is answered, or puts it behind what is being done with it; what fails then is
   * told by an event. Resolves to the id of the recording it is about, if it is about one.
   * @throws AriflowError `CONFLICT` and others, ActionError, LifetimeEnded
   */
  perform(id: string, command: CallCommand): Promise<string | undefined>;
  /** Sends a call that lives to another flow; resolves when that has begun. @throws AriflowError, LifetimeEnded */
  redirect(id: string, flow: FlowToRun): Promise<void>;
  /** What a call that lives here has met up to now; nothing where none does. What is stored of it is as of its last change. */
  diary(id: string): DiaryState | undefined;
}

/** What was looked at around the daemon, and what was found. */
export interface Finding {
  readonly what: string;
  readonly verdict: 'good' | 'warning' | 'problem';
  readonly text: string;
}

/** What the API needs of the rest of the daemon. */
export interface Parts {
  readonly customerId: string;
  readonly version: string;
  readonly store: Store;
  readonly recorder: Pick<Recorder, 'flush' | 'isSaturated' | 'latest'>;
  /** What happens just now. */
  readonly liveEvents: LiveEvents;
  readonly tokens: TokenBook;
  /** The page at `/`, where it is on. */
  readonly console: Console | undefined;
  readonly liveCalls: LiveCalls;
  readonly liveActiveflows: LiveActiveflows;
  readonly log: Log;
  readonly agents: Agents;
  readonly extensions: Extensions;
  readonly phoneStates: Pick<PhoneStates, 'of' | 'registrations'>;
  readonly trunks: Trunks;
  readonly trunking: Pick<Trunking, 'calls'>;
  readonly registrations: Pick<Registrations, 'of'>;
  readonly recordings: Pick<
    Recordings,
    'get' | 'pause' | 'resume' | 'delete' | 'file' | 'madeFile' | 'startOfBridge' | 'stopOfBridge'
  >;
  readonly voicemails: Pick<Voicemails, 'get' | 'save' | 'renew' | 'delete' | 'clear' | 'lost'>;
  readonly mailboxes: MailboxesPort;
  /** Whose they are may be another now. */
  readonly mailboxesChanged: () => void;
  readonly transcribes: Pick<Transcribes, 'create' | 'get' | 'end' | 'delete'>;
  readonly links: Pick<RecordingLinks, 'opens'>;
  readonly confbridges: Confbridges;
  readonly conferences: Conferences;
  readonly conferencecalls: Conferencecalls;
  readonly queues: Queues;
  readonly chatbots: Pick<Chatbots, 'sealed'>;
  readonly sounds: Pick<Sounds, 'create' | 'replace' | 'file'>;
  readonly music: Pick<MusicOnHold, 'check' | 'changed'>;
  readonly speech: SpeechPort;
  /** Who can be asked to speak or to listen. */
  readonly speechProviders: () => readonly Provider[];
  readonly messages: Pick<Messages, 'get' | 'send' | 'answer' | 'report' | 'delete'>;
  readonly messageWays: Pick<Carriers, 'checkSource' | 'addressesOf'>;
  readonly inbox: Pick<Inbox, 'receive'>;
  readonly conversations: Pick<Conversations, 'get'>;
  /** Every action there is. */
  readonly actions: ActionCatalogue;
  /** Of a list of actions as JSON. */
  readonly validateFlow: (actions: string) => Promise<CheckedFlow> | CheckedFlow;
  /** What is allowed in it and yet hardly meant, with what is stored just now in mind. */
  readonly adviseFlow: (actions: readonly unknown[], defaults: FlowDefaults) => Promise<readonly Problem[]>;
  /** Runs a flow on a call that there is not. @throws AriflowError `UNAVAILABLE` */
  /** What is wrong around the daemon, as `ariflow doctor` says. Takes seconds. */
  readonly look: () => Promise<readonly Finding[]>;
  readonly simulateFlow: (wanted: WantedSimulation) => Promise<SimulatedCall>;
  /** Runs a flow with the caller of a traced call that is over. @throws AriflowError `UNAVAILABLE` */
  readonly replayCall: (wanted: WantedReplay) => Promise<ReplayedCall>;
  /** Runs a flow without a call. */
  readonly startActiveflow: (
    flow: FlowToRun,
    variables: Readonly<Record<string, string>>,
  ) => StartedActiveflow;
  /** Makes calls, all or none; the refusal is told by an event too. @throws ActionError with why not */
  readonly makeCalls: (calls: OrderedCalls) => Promise<MadeCalls>;
  /** What is wrong with a URL that deliveries go to. */
  readonly validateUrl: (uri: string) => Problem | undefined;
  /** A webhook was made, changed or deleted. The answer waits for it, so that what comes after it is in force. */
  readonly endpointsChanged: () => Promise<void> | void;
  readonly readiness: () => Promise<Readiness>;
  /** Keeps new calls out. */
  readonly drain: Drain;
  readonly deliveries: Deliveries;
  /** Sends one delivery to an endpoint: `status` 0 without an answer, `error` empty where it took the delivery. */
  readonly tryEndpoint: (
    ...delivery: Parameters<Delivery['tryEndpoint']>
  ) => Promise<Pick<Answer, 'status' | 'error'>>;
  /** How long a secret that was replaced stays valid, in milliseconds. */
  readonly secretOverlap: number;
  readonly metrics: Metrics;
  /** What is there just now. */
  readonly gauges: () => Gauges;
  /** Where users reach the API, if they said so. */
  readonly publicUrl?: string | undefined;
}
