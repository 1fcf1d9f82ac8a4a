import type { ActionError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import type { Heard } from '../ports/hearing.ts';

/** Samples a second of all audio that is listened to: linear, 16 bit, mono. */
export const sampleRate = 8_000;

/** What an engine is to listen for. */
export interface SttRequest {
  /** BCP 47 in its standard form, as the flow gave it: `en-US`, or `en`; the engine takes its usual region then. */
  readonly language: string;
  /** Phrases that are likely to be said. */
  readonly hints: readonly string[];
}

export interface SttListener {
  /**
   * What is heard. Times are milliseconds of the stream's audio, from the first sample that was written to it. Final segments come in
   * the order of their audio; one that is final is never told again.
   */
  readonly onHeard: (heard: Heard) => void;
  /**
   * The stream hears no more although nobody has ended it: refused, reset, over its limit, or ended by the other side as if all
   * were well. Told once, and nothing after it; not once `end` was called, nor after the end of the scope.
   */
  readonly onBroken: (error: SttError) => void;
}

/** One stream of audio to an engine. */
export interface SttStream {
  /**
   * The audio that comes next: of any length, silence too. Never waits and never throws; does nothing once the stream is broken or
   * ended. The samples are the caller's own again when it returns. What the other side does not take is kept up to
   * `mostUnsent`; then the stream is broken.
   */
  write(samples: Int16Array): void;
  /**
   * There is no more audio: resolves when the last words of it have been told, or after `longestFlush`; to whether they have been.
   * @throws SttError where they cannot be heard any more; the scope's reason
   */
  end(): Promise<boolean>;
}

/** An engine that listens. Its SDK or program is loaded by the first `open`, not by `import`. */
export interface Stt {
  /** As flows name it in `provider`. */
  readonly name: string;
  /** How many milliseconds of audio one stream may have; `Infinity` where there is no limit. A new one is opened in time. */
  readonly longestStream: number;
  /** Whether it can be asked at all: credentials, installed program. Costs nothing. */
  isAvailable(): boolean;
  /** Why not, and what would change that; no secret and no path. */
  readonly missing?: string | undefined;
  /** Why it cannot hear what is asked for: `UNKNOWN_LANGUAGE`, `HINTS_NEEDED`; `undefined` where it can. Costs nothing. */
  problemOf(request: SttRequest): ActionError | undefined;
  /**
   * Resolves as soon as audio may be written, which for a cloud is before it has answered at all; bounded by `longestOpening`. The
   * stream and all that belongs to it are released with the scope, at once and without a flush.
   * @throws SttError; the scope's reason
   */
  open(request: SttRequest, listener: SttListener, scope: Scope): Promise<SttStream>;
  /** Ends what it keeps for streams to come: connections, processes. Bounded in time. */
  close?(): Promise<void>;
}

/**
 * How much audio may wait for the other side to take it, in milliseconds: more than is kept for a new stream (`mostKept` of
 * live-ear.ts), which gets all of it at once where the audio has ended meanwhile.
 */
export const mostUnsent = 40_000;
/** How long an engine may take for the last words once the audio has ended. */
export const longestFlush = 5_000;
/** How long it may take until audio can be written. */
export const longestOpening = 5_000;

/**
 * Why an engine hears no more. `passing`: another try may succeed (no connection, quota, a limit). `lasting`: not until somebody
 * changes something (credentials, a language or an option the provider refuses).
 */
export class SttError extends Error {
  override readonly name = 'SttError';
  readonly isPassing: boolean;

  constructor(duration: 'passing' | 'lasting', message: string, options?: ErrorOptions) {
    super(message, options);
    this.isPassing = duration === 'passing';
  }
}

/** Anything thrown as an `SttError`: one that is none already passes. */
export function sttErrorOf(error: unknown, message: string): SttError {
  return error instanceof SttError ? error : new SttError('passing', message, { cause: error });
}
