import { pino } from 'pino';
import { systemTime } from './clock.ts';

/** What the project logs with: event name + fields; numbers, digits, texts and secrets only under the keys redacted here. */
export interface Log {
  debug(fields: object, event: string): void;
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
  child(fields: object): Log;
}

const redacted = [
  'digits',
  'digit',
  'number',
  'source',
  'destination',
  'text',
  'transcript',
  'token',
  'password',
  'secret',
];

/** The root logger: JSON lines on standard output, which is the one sink that cannot take the daemon with it when a disk is full. */
export function createLog(level: string): Log {
  const paths = redacted.flatMap((key) => [key, `*.${key}`]);
  return pino({
    level,
    base: null,
    redact: { paths, censor: '[redacted]' },
    timestamp: () => `,"time":"${new Date(systemTime()).toISOString()}"`,
    formatters: { level: (label, number) => ({ level: number, severity: label }) },
  });
}

/** A child made when it first logs: most calls and actions never do, and a child costs more than all else about them. */
export function childLog(parent: Log, fields: object): Log {
  let child: Log | undefined;
  const log = (): Log => {
    child ??= parent.child(fields);
    return child;
  };
  return {
    debug: (more, event) => log().debug(more, event),
    info: (more, event) => log().info(more, event),
    warn: (more, event) => log().warn(more, event),
    error: (more, event) => log().error(more, event),
    child: (more) => childLog(parent, { ...fields, ...more }),
  };
}

/** Logs nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
