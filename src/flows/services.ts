import type { Call } from '../calls/call.ts';
import type { CallEnd } from '../calls/call-registry.ts';
import type { ReceiveAudio } from '../calls/listening.ts';
import type { Share } from '../core/fair-thread.ts';
import type { ResponseOption } from '../flow-requests/webhook-option.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { ExternalMediaFacts, ExternalMediaNews, ExternalMediaRequest } from '../ports/external-media.ts';
import type { WebhookServices } from '../ports/flow-requests.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import type { QueueServices } from '../ports/queue-place.ts';
import type { RecordingOption } from '../ports/recording-option.ts';
import type { Assignments } from './reading/assignments.ts';

/** A prompt to be spoken. */
export interface SpeechRequest {
  /** Plain text, or SSML with a `<speak>` root. */
  readonly text: string;
  /** BCP 47 or two letters. */
  readonly language: string;
  readonly provider?: string | undefined;
  /** The provider's own name of a voice. */
  readonly voice?: string | undefined;
  readonly gender?: 'male' | 'female' | 'neutral' | undefined;
}

/** More text than this, in characters, is no prompt but hours of speech. */
export const longestSpeech = 5_000;

/** What may stand before the root of a document: blanks (a byte order mark is one), declarations and comments. */
const prolog = String.raw`\s*(?:(?:<\?(?:(?!\?>)[^])*\?>|<!--(?:(?!-->)[^])*-->)\s*)*`;
const startOfSsml = new RegExp(
  String.raw`^(?:${prolog}<(?:(?:[\w.-]+:)?speak[\s>/]|!(?:DOCTYPE|doctype)\s)|\s*<\?xml\s)`,
);

/** Is this text meant as SSML? Also where it is not allowed to be: markup is never read aloud. */
export function isSsml(text: string): boolean {
  return startOfSsml.test(text);
}

/** A request to a URL that a user named. */
export interface UserRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For all of it, redirects and body too. */
  readonly timeout: number;
  /** A longer reply is none. */
  readonly maxBytes: number;
  /** How many redirects are followed; beyond, the redirect is the reply. None unless given. */
  readonly maxRedirects?: number;
}

export interface UserReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** That there is no reply, and why: `invalid_request` and `blocked` will never have one. The message names no address. */
export interface NoReply {
  readonly failure: 'invalid_request' | 'blocked' | 'timeout' | 'unreachable' | 'invalid_reply' | 'too_large';
  readonly message: string;
}

/** Who reads a reply: it is charged with what that costs. */
export interface Reading {
  readonly share: Share;
  readonly signal: AbortSignal;
}

/** Reads what somebody's server has replied, which may be anything, so that nobody else waits for it. */
export interface ReplyReader {
  /** The variables that it sets. @throws WebhookFailure `INVALID_RESPONSE`, `INVALID_RESPONSE_MAP`; the signal's reason */
  variables(reply: UserReply, response: ResponseOption | undefined, reading: Reading): Promise<Assignments>;
  /** The actions in it, which may jump to these. @throws ActionError `INVALID_RESPONSE`, `INVALID_FLOW`; the signal's reason */
  actions(reply: UserReply, outerIds: ReadonlySet<string>, reading: Reading): Promise<readonly ActionJson[]>;
}

/** What a flow is told of a recording. */
export interface StartedRecording {
  readonly id: string;
  readonly reference_type: string;
  readonly reference_id: string;
  readonly format: string;
}

/** What actions use of the rest of the daemon: small, built in `daemon.ts`, faked in tests. */
export interface Services extends WebhookServices {
  readonly replies: ReplyReader;
  /** A flow that goes on and on lets everybody else be served, and what it has changed be written. */
  readonly pace: (signal: AbortSignal) => Promise<void>;
  readonly outgoing: Outgoing;
  readonly calls: {
    /** How a call ended, or that it lives; `undefined` where there is none of this id, as far as is known. */
    endOf(id: string): Promise<CallEnd | undefined>;
  };
  readonly speech: {
    /**
     * Speaks a text into a file Asterisk can play and resolves to its media URI.
     * @throws ActionError `INVALID_TEXT`, `UNKNOWN_LANGUAGE`, `UNKNOWN_VOICE` or `SPEECH_FAILED`.
     */
    prompt(request: SpeechRequest, signal: AbortSignal): Promise<string>;
  };
  readonly recordings: {
    /**
     * Begins to record a call. Resolves when it does; with a beep as soon as that can be heard: what goes wrong then is given to
     * `onFailure`.
     * @throws ActionError `RECORDING_FAILED`, `TOO_MANY_RECORDINGS`; the signal's reason
     */
    start(
      call: Call,
      wanted: RecordingOption,
      options: {
        readonly id: string;
        readonly signal: AbortSignal;
        readonly onFailure: (error: unknown) => void;
      },
    ): Promise<StartedRecording>;
    /** Ends a recording of a call: the newest one where none is named. Answers its id; `undefined` where there is none. */
    stop(call: Call, id?: string): string | undefined;
  };
  readonly media: {
    /**
     * Fetches WAV or MP3, where users' URLs may lead, as a file Asterisk can play and resolves to its media URI.
     * @throws ActionError why it cannot be heard; the signal's reason.
     */
    fetch(url: string, signal: AbortSignal): Promise<string>;
  };
  readonly audio: {
    /** How the samples of a call come to us. */
    readonly receive: ReceiveAudio;
  };
  readonly externalMedia: {
    /**
     * Carries a call's audio to a host and back, until it is stopped, the host leaves or the call is hung up.
     * @throws ActionError why it does not; the signal's reason.
     */
    start(
      call: Call,
      request: ExternalMediaRequest,
      tell: ExternalMediaNews,
      signal: AbortSignal,
    ): Promise<ExternalMediaFacts>;
    /** Ends this one of the call's, or with an empty id all; resolves when nothing is left of them. */
    stop(call: Call, id: string): Promise<void>;
  };
  readonly confbridges: {
    /**
     * Brings a call into a confbridge, made on first use, and resolves when it has left it.
     * @throws ActionError why it cannot join; the signal's reason.
     */
    join(call: Call, confbridgeId: string, joining: ConfbridgeJoining, signal: AbortSignal): Promise<void>;
  };
  readonly queues: QueueServices;
  readonly conferences: {
    /** Notes that a call is about to join; `undefined` where there is no such conference. */
    enter(call: Call, conferenceId: string, activeflowId: string): Promise<ConferenceToJoin | undefined>;
  };
  readonly http: {
    /** What is wrong with a URL, as far as can be said before it is asked; `undefined` where nothing is. */
    checkUrl(url: string): string | undefined;
    /** Asks, where users' URLs may lead. Rejects only with the signal's reason. */
    request(request: UserRequest, signal: AbortSignal): Promise<UserReply | NoReply>;
  };
  readonly flows: {
    /** A stored flow as it is now. */
    get(id: string): Promise<StoredFlow | undefined>;
  };
}

/** How a call joins a confbridge. */
export interface ConfbridgeJoining {
  /** The others do not hear it. */
  readonly isMuted: boolean;
  /** 0: no limit but the confbridge's own. */
  readonly maxMembers: number;
  /** Said to all when the call has joined. */
  readonly announcement?: Pick<SpeechRequest, 'text' | 'language'>;
}

/** What joining a conference consists of; the flows are none where their ids are the zero UUID. */
export interface ConferenceToJoin {
  readonly confbridge_id: string;
  readonly pre_flow_id: string;
  readonly post_flow_id: string;
}

/** What is run of a stored flow. */
export interface StoredFlow {
  readonly id: string;
  readonly actions: readonly ActionJson[];
  /** The flow that runs after an activeflow of this one has ended; none where missing or the zero UUID. */
  readonly on_complete_flow_id?: string;
  /** Whether the end of its activeflows is told to the default webhook. */
  readonly end_webhook?: boolean;
}
