import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { expectWhole } from '../support/told.ts';
import { eventually, until } from '../support/until.ts';

// What the daemon needs of its machine runs out, or dies: calls go on without it, and when it is back nobody has to do anything.

const run = promisify(execFile);

let system: System;
let said = 0;

beforeAll(async () => {
  system = await System.start();
  await system.flowOn('long', [
    { type: 'answer' },
    { type: 'digits_receive', option: { duration: 60_000, length: 1 } },
    { type: 'beep' },
    { type: 'hangup' },
  ]);
});
afterEach(() =>
  system.quiet([
    /"code":"(SPEECH|RECORDING)_[A-Z_]+"/,
    /_failed"/,
    /store_/,
    /webhook/,
    /Playback failed/,
    /_away"/,
  ]),
);
afterAll(() => system?.[Symbol.asyncDispose]());

const limit = (resource: string, soft: number | 'unlimited') =>
  run('prlimit', ['--pid', String(system.daemon.pid), `--${resource}=${soft}:`]);

const readyz = async (): Promise<number> => (await fetch(`${system.daemon.url}/readyz`)).status;

/** A number whose flow says what nobody has said yet, records it, and beeps. */
async function talkOn(number: string, words = 'hello'): Promise<void> {
  await system.flowOn(number, [
    { type: 'answer' },
    { type: 'recording_start', option: { format: 'wav' } },
    { type: 'talk', option: { text: `This is text number ${++said}, ${words}` } },
    { type: 'beep' },
    { type: 'hangup' },
  ]);
}

async function dial(number: string): Promise<OutgoingCall> {
  const call = await (await system.caller()).call(number);
  await call.answered;
  return call;
}

/** It is heard, hung up by its flow, and told as a whole. Answers the types of its events. */
async function goesItsWay(call: OutgoingCall, number: string): Promise<string[]> {
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE', reason: 'Q.850;cause=16' });
  expect(call.heard.sounds().length).toBeGreaterThan(0);
  const callId = await system.callTo(number);
  const types = await system.history(callId);
  // A recording's file is made when the call is over.
  const ofCall = system.sink.eventsOf(callId).filter(({ type }) => !type?.startsWith('recording_'));
  expectWhole(ofCall, callId);
  return types;
}

async function allIsWell(number: string): Promise<void> {
  await eventually(async () => (await readyz()) === 200, { what: 'readyz to be 200' });
  await talkOn(number);
  const types = await goesItsWay(await dial(number), number);
  expect(types).not.toContain('action_failed');
}

test('no descriptor is left: calls go on, what needs one fails, and then all is as before', async () => {
  const limits = readFileSync(`/proc/${system.daemon.pid}/limits`, 'utf8');
  const before = Number(/^Max open files +(\d+)/m.exec(limits)?.[1]);
  const long = await dial('long');
  await talkOn('speech');
  // What is open stays open; no number below this is free.
  await limit('nofile', 8);
  try {
    const speech = await dial('speech');
    expect(await isServed()).toBe(false);
    await long.digits('5');
    await Promise.all([long.ended, speech.ended]);
    await limit('nofile', before);
    await goesItsWay(long, 'long');
    expect(await goesItsWay(speech, 'speech')).toContain('action_failed');
  } finally {
    await limit('nofile', before);
  }
  expect(system.daemon.isRunning).toBe(true);
  await allIsWell('speech-again');
});

/** Over a connection of its own. */
function isServed(): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(`${system.daemon.url}/healthz`, { agent: false, timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

test('the disk is full: what is to be spoken and recorded fails, calls go on, and then all is as before', async () => {
  const long = await dial('long');
  await talkOn('full');
  await limit('fsize', 1);
  try {
    const speech = await dial('full');
    await long.digits('5');
    await Promise.all([long.ended, speech.ended]);
    await eventually(async () => (await readyz()) === 503, { what: 'readyz to be 503' });
    await limit('fsize', 'unlimited');
    await goesItsWay(long, 'long');
    expect(await goesItsWay(speech, 'full')).toContain('action_failed');
  } finally {
    await limit('fsize', 'unlimited');
  }
  await allIsWell('full-again');
});

test('what speaks is killed whenever it begins: the text is not heard, the flow goes on, and then all is as before', async () => {
  await talkOn('killed', 'and it takes some time to be spoken. '.repeat(40));
  const isOver = new AbortController();
  const killed = killSpeakers(isOver.signal);
  const call = await dial('killed');
  await call.ended;
  isOver.abort();
  const types = await goesItsWay(call, 'killed');
  if ((await killed) > 0) expect(types).toContain('action_failed');
  await allIsWell('killed-again');
});

/** Kills each process of speech of the daemon as soon as it is seen. Answers how many. */
async function killSpeakers(signal: AbortSignal): Promise<number> {
  let count = 0;
  await until(
    () => {
      for (const pid of childrenOf(system.daemon.pid)) {
        try {
          if (!/espeak|sox/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) continue;
          process.kill(pid, 'SIGKILL');
          count++;
        } catch {
          // It has ended by itself.
        }
      }
      return signal.aborted;
    },
    { timeout: 60_000, what: 'the call to be over' },
  );
  return count;
}

function childrenOf(pid: number): readonly number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.flatMap((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number);
    } catch {
      return [];
    }
  });
}
