import { ConfigurationError } from '../core/errors.ts';

/** What a program of ours ends with when its configuration is wrong (EX_CONFIG): starting it again would not help. */
export const wrongConfiguration = 78;

/** `up` cannot go on; the message is one line that says what to do. */
export class UpError extends Error {
  override readonly name = 'UpError';
}

/** The daemon said what is wrong with the configuration. */
export class DaemonRefusesConfiguration extends Error {
  override readonly name = 'DaemonRefusesConfiguration';
}

export function exitCodeOf(error: unknown): number {
  return error instanceof ConfigurationError || error instanceof DaemonRefusesConfiguration
    ? wrongConfiguration
    : 1;
}
