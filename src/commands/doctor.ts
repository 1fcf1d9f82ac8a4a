import { loadConfig } from '../config/config.ts';
import { findingsOf } from '../doctor/findings.ts';
import { exitCodes, type Output, printable } from './output.ts';

const marks = { good: 'ok', warning: 'warning', problem: 'PROBLEM' } as const;

/** Looks at all that goes wrong outside the daemon. Answers the exit code: 1 where there is a problem, 0 with warnings. */
export async function doctor(env: NodeJS.ProcessEnv, { out }: Output): Promise<number> {
  const findings = await findingsOf(loadConfig(env));
  for (const { what, verdict, text } of findings)
    out(printable(`${marks[verdict].padEnd(8)} ${what}: ${text}`));
  return findings.some(({ verdict }) => verdict === 'problem') ? exitCodes.failed : 0;
}
