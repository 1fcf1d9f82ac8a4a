import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One of `programs/`, as a process of its own: its processor and memory can be told from ours. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** The first line it has said, when it was ready. */
  readonly said: string;
}

export async function startProgram(name: string, env: Readonly<Record<string, string>>): Promise<Program> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'programs', `${name}.ts`)], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let complaints = 0;
  child.stderr.on('data', (text: Buffer) => {
    if (complaints++ < 3) console.error(`${name}: ${String(text).trim()}`);
  });
  const exited = once(child, 'exit').finally(() => process.off('exit', kill));
  const ended = exited.then(() => {
    throw new Error(`${name} has ended`);
  });
  ended.catch(() => undefined);
  const [said] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [
    string,
  ];
  return {
    pid: child.pid ?? 0,
    said,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
