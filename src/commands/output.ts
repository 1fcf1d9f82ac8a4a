import { AriflowError, ConfigurationError, messageOf } from '../core/errors.ts';

/** Where a command writes. */
export interface Output {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** 78 is BSD's code for a wrong configuration: whoever supervises us need not try again. */
export const exitCodes = { failed: 1, usage: 2, wrongConfiguration: 78 } as const;

export const standardOutput: Output = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};

/** Says in one line what went wrong; answers the exit code. */
export function reportFailure(error: unknown, { err }: Output): number {
  const problems = error instanceof AriflowError ? error.details : [];
  const details = problems.map(({ path, message }) => ` ${path}: ${message};`).join('');
  err(`ariflow: ${printable(`${messageOf(error)}${details && ` (${details.trim().slice(0, -1)})`}`)}`);
  return error instanceof ConfigurationError ? exitCodes.wrongConfiguration : exitCodes.failed;
}

/** On one line, and without what would steer a terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}
