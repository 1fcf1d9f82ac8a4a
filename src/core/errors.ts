import { type ActionCode, meaningOf } from './action-codes.ts';
import type { ErrorReason } from './error-reasons.ts';

/** One thing wrong with an input, and where: `path` is a JSON path such as `actions[2].option.duration`. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** An error meant for whoever asked. Everything else is a defect and answers `INTERNAL`. */
export class AriflowError extends Error {
  override readonly name: string = 'AriflowError';
  readonly reason: ErrorReason;
  readonly details: readonly Problem[];

  constructor(
    reason: ErrorReason,
    message: string,
    options: { details?: readonly Problem[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.details = options.details ?? [];
  }
}

/** A wrong configuration stops the start. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** An action could not do its work; `code` is stable and goes into `voipbin.action.error.code`. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly code: ActionCode;
  /** The action to go on with, where this one has a way of its own for it; else `on_error_id` says. */
  readonly goTo: string | undefined;
  /** What of its option is wrong. */
  readonly path: string | undefined;

  constructor(
    code: ActionCode,
    message: string,
    { goTo, path, ...options }: ErrorOptions & { goTo?: string; path?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.goTo = goTo;
    this.path = path;
  }

  /** What a request that failed by this is answered. */
  get reason(): ErrorReason {
    return meaningOf(this.code).reason ?? 'INVALID_ARGUMENT';
  }

  /** Whether the same may succeed later without anybody changing it. */
  get isPassing(): boolean {
    return meaningOf(this.code).isPassing ?? false;
  }
}

/** Why a lifetime ended; what every wait inside it is rejected with. */
export class LifetimeEnded extends Error {
  override readonly name: string = 'LifetimeEnded';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why a `fetch` came to nothing: it says itself that it failed, and its cause why. */
export function whyNotFetched(error: unknown): string {
  return messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}
