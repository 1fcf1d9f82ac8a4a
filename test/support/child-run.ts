import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Gives way to what runs beside it, and says nothing before its end. */
  readonly isAside?: boolean;
}

/** A tenth of the processor where somebody else wants it too. */
const politeness = 10;

/** Runs an installed program to its end, which is that of this process at the latest; its output goes where ours goes. */
export function runProgram(
  name: string,
  args: readonly string[],
  { env, isAside = false }: RunOptions,
): Promise<number> {
  const child = spawn(join(root, 'node_modules', '.bin', name), args, {
    cwd: root,
    stdio: ['inherit', ...(isAside ? (['pipe', 'pipe'] as const) : (['inherit', 'inherit'] as const))],
    env: { ...process.env, ...env },
  });
  if (isAside && child.pid !== undefined) setPriority(child.pid, politeness);
  const said: Buffer[] = [];
  for (const output of [child.stdout, child.stderr]) output?.on('data', (part: Buffer) => said.push(part));
  const endWithUs = (): void => void child.kill();
  process.once('exit', endWithUs);
  return new Promise<number>((done) => {
    child.on('error', () => done(127));
    child.on('close', (code) => done(code ?? 1));
  }).finally(() => {
    process.off('exit', endWithUs);
    process.stdout.write(Buffer.concat(said));
  });
}
