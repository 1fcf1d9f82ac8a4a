/** What can go wrong that somebody outside must be told. One catalogue: code → HTTP status. */
export const errorStatus = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

export type ErrorReason = keyof typeof errorStatus;

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
  readonly code: string;
  /** The action to go on with, where this one has a way of its own for it; else `on_error_id` says. */
  readonly goTo: string | undefined;

  constructor(code: string, message: string, { goTo, ...options }: ErrorOptions & { goTo?: string } = {}) {
    super(message, options);
    this.code = code;
    this.goTo = goTo;
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
