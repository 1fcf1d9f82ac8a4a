import { readFileSync } from 'node:fs';
import { GoogleSttServer } from '../support/google-stt-server.ts';
import { mediaClock } from '../support/media-clock.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { joined, sayNumbers, wordOf } from '../support/spoken-numbers.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

const count = 50;
/** Sentences of three words that each caller says. */
const sentences = 10;

const numbers = Array.from({ length: sentences }, (_, sentence) =>
  [0, 1, 2].map((word) => 3 * sentence + word),
);
const speech = joined(numbers.map((sentence) => sayNumbers(...sentence)));
const seconds = speech.length / 8_000;

/** Seconds of processor a process has used. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100; // utime and stime, in ticks of 10 ms
}

/** Megabytes of memory that a process has. */
function memoryOf(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

/** Callers who are all transcribed at once: what a second of one costs, and whether every word arrives. */
export async function benchTranscribes(): Promise<void> {
  await using provider = await GoogleSttServer.open();
  await using system = await System.start({ env: { ARIFLOW_STT_GOOGLE_ENDPOINT: provider.url } });
  const option = { language: 'en-US', provider: 'gcp', direction: 'in' };
  await system.flowOn('plain', [{ type: 'answer' }, { type: 'sleep', option: { duration: 600_000 } }]);
  await system.flowOn('transcribed', [
    { type: 'answer' },
    { type: 'transcribe_start', option },
    { type: 'sleep', option: { duration: 600_000 } },
  ]);
  const plain = await round(system, 'plain');
  const transcribed = await round(system, 'transcribed');
  const each = (now: number, then: number) => (((now - then) * 1_000) / (count * seconds)).toFixed(2);
  const words = sentences * 3 * count;
  console.log(
    `${count} calls transcribed for ${seconds.toFixed(0)} s: a second of one takes ${each(transcribed.daemon, plain.daemon)} ms of the daemon's CPU and ${each(transcribed.asterisk, plain.asterisk)} ms of Asterisk's; memory of the daemon ${plain.memory.toFixed(0)} → ${transcribed.memory.toFixed(0)} MB; ${words - rightWords(system)} of ${words} words lost, ${gapsIn(system)} gaps at the provider, callers' packets up to ${mediaClock.latest.toFixed(0)} ms late`,
  );
}

/** What is used while all of them speak. */
async function round(system: System, number: string) {
  const calls: OutgoingCall[] = [];
  for (let index = 0; index < count; index++) {
    const call = await (await system.caller(`${number}${index}`)).call(number);
    calls.push(call);
    await call.answered;
  }
  const isTold = (): boolean =>
    system.sink.requests.filter(({ type }) => type === 'transcribe_created').length === count;
  if (number === 'transcribed') await until(isTold, { what: 'all transcriptions' });
  const used = () => ({ daemon: cpuOf(system.daemon.pid), asterisk: cpuOf(system.asterisk.pid) });
  const before = used();
  await Promise.all(calls.map((call) => call.rtp.play(speech)));
  const after = used();
  const memory = memoryOf(system.daemon.pid);
  await Promise.all(calls.map((call) => call.bye()));
  const isOver = (): boolean =>
    system.sink.requests.filter(({ type }) => type === 'transcribe_updated').length === count;
  if (number === 'transcribed') await until(isOver, { what: 'the end of all transcriptions' });
  return {
    daemon: after.daemon - before.daemon,
    asterisk: after.asterisk - before.asterisk,
    memory,
  };
}

/** How often the provider could not be given what was said. */
function gapsIn(system: System): number {
  const over = system.sink.requests.filter(({ type }) => type === 'transcribe_updated');
  return over.reduce((sum, { data }) => sum + (data.gaps as unknown[]).length, 0); // a transcribe has them
}

/** Of all callers, how many words arrived whole. */
function rightWords(system: System): number {
  const said = numbers.flat().map(wordOf);
  const told = Map.groupBy(
    system.sink.requests.filter(({ type }) => type === 'transcript_created'),
    ({ data }) => data.transcribe_id,
  );
  return [...told.values()].reduce((sum, events) => {
    const heard = events.flatMap(({ data }) => String(data.message).split(' '));
    return sum + said.filter((word) => heard.includes(word)).length;
  }, 0);
}
