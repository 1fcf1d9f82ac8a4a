import { pino } from 'pino';
import { systemTime } from './clock.ts';
import { LogLines } from './log-lines.ts';
import { serializers, withoutInnerSecrets } from './redaction.ts';

/** What the project logs with: event name + fields; numbers, digits, texts and secrets only under the names that are redacted. */
export interface Log {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
  child(fields: object): Log;
}

/** The root logger: JSON lines on standard output, which is the one sink that cannot take the daemon with it when a disk is full. */
export function createLog(level: string): Log {
  const logger = pino(
    {
      level,
      base: null,
      serializers,
      timestamp: () => `,"time":"${new Date(systemTime()).toISOString()}"`,
      formatters: {
        level: (label, number) => ({ level: number, severity: label }),
        log: withoutInnerSecrets,
      },
    },
    LogLines.ofProcess(),
  );
  return childLog(logger, {});
}

/** Logs with these fields before those of each line. A child of pino's would cost more than the lines: most calls and actions have few. */
export function childLog(parent: Log, fields: object): Log {
  return new ChildLog(parent, fields);
}

class ChildLog implements Log {
  readonly #parent: Log;
  readonly #fields: object;

  constructor(parent: Log, fields: object) {
    this.#parent = parent;
    this.#fields = fields;
  }

  debug(fields: object, event: string): void {
    this.#parent.debug({ ...this.#fields, ...fields }, event);
  }

  info(fields: object, event: string): void {
    this.#parent.info({ ...this.#fields, ...fields }, event);
  }

  warn(fields: object, event: string): void {
    this.#parent.warn({ ...this.#fields, ...fields }, event);
  }

  error(fields: object, event: string): void {
    this.#parent.error({ ...this.#fields, ...fields }, event);
  }

  child(fields: object): Log {
    return new ChildLog(this, fields);
  }
}

/** Logs nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
