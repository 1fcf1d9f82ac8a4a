import type { System } from './system.ts';
import { until } from './until.ts';

type Meanwhile = () => unknown;

/**
 * One SIGKILL of the daemon for so many tests that run beside each other: it comes when all of them are where it is to find them, and another
 * daemon starts then. Of what each does `meanwhile` no daemon hears. A start costs more than all that such a test does.
 */
export function sharedKill(system: () => System, tests: number): (meanwhile?: Meanwhile) => Promise<void> {
  const come: Meanwhile[] = [];
  let killed: Promise<void> | undefined;
  const kill = async (): Promise<void> => {
    // Whoever has failed before does not come.
    await until(() => come.length === tests, { timeout: 60_000 }).catch(() => undefined);
    const waiting = come.splice(0);
    system().daemon.kill('SIGKILL');
    await system().daemon.exited;
    await Promise.all(waiting.map((meanwhile) => meanwhile()));
    await system().restartDaemon();
  };
  return async (meanwhile = () => undefined) => {
    come.push(meanwhile);
    killed ??= kill();
    await killed;
    if (come.includes(meanwhile)) throw new Error('it came to where the daemon is killed when that had been');
  };
}
