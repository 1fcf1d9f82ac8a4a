import { readFileSync } from 'node:fs';
import { sipp } from '../support/sipp.ts';
import { System } from '../support/system.ts';

const calls = 600;
const rate = 100;

/** Seconds of processor a process has used. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100; // utime and stime, in ticks of 10 ms
}

/** What a call of answer, beep and hang-up costs: the daemon's processor as a ratio of Asterisk's in the same run. */
export async function benchCalls(): Promise<void> {
  await using system = await System.start({ isWatched: false });
  await system.flowOn('bench', [{ type: 'answer' }, { type: 'beep' }, { type: 'hangup' }]);
  const run = () =>
    sipp('answer-and-wait-bye', {
      remote: `127.0.0.1:${system.asterisk.sipPort}`,
      number: 'bench',
      calls,
      rate,
      limit: 400,
    });
  await run(); // warm
  const before = [cpuOf(system.daemon.pid), cpuOf(system.asterisk.pid)] as const;
  const { failed, answerTime } = await run();
  const daemon = ((cpuOf(system.daemon.pid) - before[0]) * 1_000) / calls;
  const asterisk = ((cpuOf(system.asterisk.pid) - before[1]) * 1_000) / calls;
  const ratio = (daemon / asterisk).toFixed(2);
  console.log(
    `calls at ${rate}/s: ${failed} failed, 200 after ${answerTime} ms; daemon ${daemon.toFixed(2)} ms, Asterisk ${asterisk.toFixed(2)} ms of CPU a call (${ratio}x of Asterisk's)`,
  );
}
