import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/until.ts';
import type { Inside } from './inside.ts';

/** What a controller is told that is to be looked into; of those of a folder one at a time is. */
export function insightEnv(folder: string): Record<string, string> {
  const hook = new URL('inside.ts', import.meta.url);
  return { NODE_OPTIONS: `--expose-gc --import ${hook}`, BENCH_INSIDE: join(folder, fileName) };
}

const fileName = 'inside.json';

/** What a controller says of itself; its lag counts from the last time. */
export async function lookInto(folder: string, pid: number): Promise<Inside> {
  const file = join(folder, fileName);
  rmSync(file, { force: true });
  process.kill(pid, 'SIGWINCH');
  return await until(() => read(file), { what: 'a controller to say how it is' });
}

function read(file: string): Inside | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Inside; // written by inside.ts
  } catch {
    return undefined;
  }
}
