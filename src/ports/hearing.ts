import type { ActionError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';

/** What is listened to, and for what. */
export interface HearingRequest {
  /** BCP 47 or two letters. */
  readonly language: string;
  /** Who is to hear it; the first that can, where missing. */
  readonly provider?: string | undefined;
  /** Phrases that are likely to be said. The local engine hears nothing else. */
  readonly hints: readonly string[];
}

/** What was said, or what it seems to be so far. Times are milliseconds of the audio, from its first sample. */
export interface Heard {
  readonly text: string;
  /** It stays as it is; what is not final is replaced by what comes next. */
  readonly isFinal: boolean;
  readonly start: number;
  readonly end: number;
  /** 0 to 1, where the engine says. */
  readonly confidence?: number | undefined;
}

export interface HearingListener {
  readonly onHeard: (heard: Heard) => void;
  /** Nobody could hear this part of the audio: the provider was away. Milliseconds of the audio. */
  readonly onGap: (gap: { readonly start: number; readonly end: number }) => void;
  /** There is nobody any more who can hear it; nothing comes after that. */
  readonly onFailed: (error: Error) => void;
}

/** An engine that listens. */
export interface Ear {
  /** Who hears it. */
  readonly provider: string;
  /** Audio as it comes: 16-bit linear samples, 8 000 a second, silence too. Never waits; nothing after the scope's end. */
  write(samples: Int16Array): void;
  /** There is no more audio: resolves when the last words have been told. Bounded in time. */
  end(): Promise<void>;
}

export interface HearingPort {
  /** Why nobody here can hear it, by what is known without asking anybody: `UNKNOWN_PROVIDER`, `UNKNOWN_LANGUAGE`, `HINTS_NEEDED`. */
  problemOf(request: HearingRequest): ActionError | undefined;
  /**
   * Begins to listen. All of it is released with the scope.
   * @throws ActionError `UNKNOWN_PROVIDER`, `UNKNOWN_LANGUAGE`, `HINTS_NEEDED` or `HEARING_FAILED`; the scope's reason
   */
  open(request: HearingRequest, listener: HearingListener, scope: Scope): Promise<Ear>;
}
