import type { CallEnd } from '../calls/call-registry.ts';
import type { ReceiveAudio } from '../calls/listening.ts';
import type { ChatbotsPort } from './chatbots.ts';
import type { ConfbridgesPort, ConferencesPort } from './conferences.ts';
import type { ExternalMediaPort } from './external-media.ts';
import type { FlowRequestPorts } from './flow-requests.ts';
import type { FlowToRun } from './flow-to-run.ts';
import type { HearingPort } from './hearing.ts';
import type { HttpPort } from './http.ts';
import type { MediaPort } from './media.ts';
import type { MessagesPort } from './messages.ts';
import type { MusicPort } from './music.ts';
import type { Outgoing } from './outgoing.ts';
import type { QueuesPort } from './queues.ts';
import type { RecordingsPort } from './recordings.ts';
import type { SchedulesPort } from './schedules.ts';
import type { SpeechPort } from './speech.ts';
import type { TakesPort } from './takes.ts';
import type { TranscribesPort } from './transcribes.ts';
import type { MailboxesPort, VoicemailsPort } from './voicemail.ts';

/** What actions use of the rest of the daemon: small, put together in `daemon/`, faked in tests. */
export interface Ports extends FlowRequestPorts {
  readonly outgoing: Outgoing;
  readonly calls: CallsPort;
  readonly speech: SpeechPort;
  readonly hearing: HearingPort;
  readonly recordings: RecordingsPort;
  readonly takes: TakesPort;
  readonly mailboxes: MailboxesPort;
  readonly voicemails: VoicemailsPort;
  readonly transcribes: TranscribesPort;
  readonly media: MediaPort;
  readonly music: MusicPort;
  readonly audio: AudioPort;
  readonly externalMedia: ExternalMediaPort;
  readonly confbridges: ConfbridgesPort;
  readonly queues: QueuesPort;
  readonly chatbots: ChatbotsPort;
  readonly conferences: ConferencesPort;
  readonly http: HttpPort;
  readonly messages: MessagesPort;
  readonly flows: FlowsPort;
  readonly schedules: SchedulesPort;
}

export interface CallsPort {
  /** How a call ended, or that it lives; `undefined` where there is none of this id, as far as is known. */
  endOf(id: string): Promise<CallEnd | undefined>;
}

export interface AudioPort {
  /** How the samples of a call come to us. */
  readonly receive: ReceiveAudio;
}

export interface FlowsPort {
  /** A stored flow as it is now. */
  get(id: string): Promise<FlowToRun | undefined>;
}
