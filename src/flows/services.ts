import type { ActionJson } from './action-json.ts';
import type { WebhookServices } from './webhook/services.ts';

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

/** Is this text meant as SSML? */
export function isSsml(text: string): boolean {
  return /^\s*<speak[\s>/]/.test(text);
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

/** What actions use of the rest of the daemon: small, built in `daemon.ts`, faked in tests. */
export interface Services extends WebhookServices {
  readonly speech: {
    /**
     * Speaks a text into a file Asterisk can play and resolves to its media URI.
     * @throws ActionError `INVALID_TEXT`, `UNKNOWN_LANGUAGE` or `SPEECH_FAILED`.
     */
    prompt(request: SpeechRequest, signal: AbortSignal): Promise<string>;
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

/** What is run of a stored flow. */
export interface StoredFlow {
  readonly id: string;
  readonly actions: readonly ActionJson[];
  /** The flow that runs after an activeflow of this one has ended; none where missing or the zero UUID. */
  readonly on_complete_flow_id?: string;
  /** Whether the end of its activeflows is told to the default webhook. */
  readonly end_webhook?: boolean;
}
