import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CachedFiles } from '../../../src/core/cached-files.ts';
import { ActionError } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/core/log.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import { Prompts } from '../../../src/speech/prompts.ts';
import type { Spoken } from '../../../src/speech/speaker.ts';
import { EngineFailure } from '../../../src/speech/tts/engine-failure.ts';
import { FakeTts } from '../../support/fake-tts.ts';
import { eventually, until } from '../../support/until.ts';

let directory: string;
let clock: VirtualClock;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'ariflow-fallback-')), 'prompts');
  clock = new VirtualClock();
});
afterEach(async () => {
  clock[Symbol.dispose]();
  await rm(join(directory, '..'), { recursive: true, force: true });
});

const { signal } = new AbortController();
const never = () => new Promise<void>(() => undefined);

/** Lets time pass for what waits for a moment. */
async function run<T>(prompt: Promise<T>): Promise<T> {
  const state = { isOver: false };
  const over = (): void => {
    state.isOver = true;
  };
  prompt.then(over, over);
  await eventually(async () => {
    await clock.pass(1);
    return state.isOver;
  });
  return prompt;
}

/** Clouds, and a local engine behind them. */
function given(...clouds: string[]) {
  const engines = [...clouds, 'local'].map((name) => new FakeTts(name));
  for (const engine of engines) engine.isRemote = engine.name !== 'local';
  const spoken: string[] = [];
  const onSpoken = ({ engine, result }: Spoken) => void spoken.push(`${engine} ${result}`);
  const options = { files: new CachedFiles(directory), asteriskDirectory: '/x', log: silentLog, onSpoken };
  const prompts = new Prompts({ engines, ...options });
  const [first = new FakeTts('nobody')] = engines;
  let texts = 0;
  /** Who was asked to speak a text of its own, and what of it became. */
  const ask = async (option: object = {}) => {
    const before = spoken.length;
    await run(prompts.prompt({ text: `text ${++texts}`, language: 'en-US', ...option }, signal));
    return spoken.slice(before).join(', ');
  };
  return { prompts, engines, spoken, first, ask };
}

test('a provider that never answers is waited for 1.5 s, the next ones for what is left of 2.2 s, and then the local one speaks', async () => {
  const { engines, prompts, spoken } = given('gcp', 'aws', 'openai');
  const [gcp, aws, openai] = engines;
  for (const engine of [gcp, aws, openai]) engine!.onSpeaking = never;
  const began = clock.now();
  const prompt = prompts.prompt({ text: 'hello', language: 'en-US' }, signal);
  await until(() => gcp!.signals.length === 1);
  await clock.pass(1_499);
  expect(aws!.asked).toHaveLength(0);
  await clock.pass(1);
  await until(() => aws!.signals.length === 1);
  expect(gcp!.signals[0]?.aborted).toBe(true);
  await clock.pass(699);
  expect(aws!.signals[0]?.aborted).toBe(false);
  await clock.pass(1);
  await run(prompt);
  expect(clock.now() - began).toBeLessThan(2_500);
  expect(openai!.asked).toHaveLength(0);
  expect(spoken).toEqual(['gcp failed', 'aws failed', 'local spoken']);
});

test('the order is the one asked, the other cloud, openai, the local one, each but the first with a voice of its own', async () => {
  const { engines, ask } = given('gcp', 'aws', 'openai');
  for (const engine of engines.slice(0, 3)) engine.failure = new EngineFailure('passing', 'down');
  expect(await ask({ provider: 'aws', voice: 'Joanna' })).toBe(
    'aws failed, gcp failed, openai failed, local spoken',
  );
  expect(engines.map(({ asked }) => asked[0]?.voice)).toEqual([undefined, 'Joanna', undefined, undefined]);
});

test('a voice says whose it is, and that one is asked first', async () => {
  const { ask, engines } = given('gcp', 'aws');
  expect(await ask({ voice: 'Joanna' })).toBe('aws spoken');
  expect(await ask({ voice: 'en-US-Wavenet-D' })).toBe('gcp spoken');
  expect(engines.map(({ asked }) => asked[0]?.voice)).toEqual(['en-US-Wavenet-D', 'Joanna', undefined]);
});

test('after three failures a provider is left alone for 20 s, then one caller tries, and then all', async () => {
  const { ask, first, prompts } = given('gcp');
  first.failure = new EngineFailure('passing', 'down');
  for (let count = 0; count < 3; count++) expect(await ask()).toBe('gcp failed, local spoken');
  expect(await ask()).toBe('gcp skipped, local spoken');
  expect(prompts.isResting('gcp')).toBe(true);
  await clock.pass(20_000);
  first.failure = undefined;
  expect([await ask(), await ask()]).toEqual(['gcp spoken', 'gcp spoken']);
  expect(prompts.isResting('gcp')).toBe(false);
});

test('used up quota and refused credentials are known at once to last', async () => {
  const { ask, first } = given('gcp', 'aws');
  first.failure = new EngineFailure('lasting', 'quota');
  expect([await ask(), await ask()]).toEqual(['gcp failed, aws spoken', 'gcp skipped, aws spoken']);
});

test('a text, a voice or a language that a provider has not says nothing of its health', async () => {
  const { ask, first } = given('gcp');
  for (const code of ['UNKNOWN_LANGUAGE', 'UNKNOWN_VOICE', 'INVALID_TEXT', 'UNKNOWN_LANGUAGE'] as const) {
    first.failure = new ActionError(code, 'not here');
    expect(await ask()).toBe('gcp failed, local spoken');
  }
  first.failure = new Error('ENOSPC: the disk is full'); // ours, not theirs
  for (let count = 0; count < 4; count++) expect(await ask()).toBe('gcp failed, local spoken');
});

test('what another one has said while it was down is no answer once it is back; what it has said itself is one while it is down', async () => {
  const { prompts, first, spoken } = given('gcp');
  const say = (text: string) => run(prompts.prompt({ text, language: 'en-US' }, signal));
  const early = await say('early');
  first.failure = new EngineFailure('lasting', 'quota');
  const late = await say('late');
  expect(await say('late')).toBe(late);
  expect(await say('early')).toBe(early);
  first.failure = undefined;
  await clock.pass(60_000);
  expect(await say('late')).not.toBe(late);
  expect(spoken).toEqual(['gcp spoken', 'gcp failed', 'local spoken', 'gcp skipped', 'gcp spoken']);
  expect(await readdir(directory)).toHaveLength(3);
});

test('a caller who hangs up while it is asked says nothing of its health', async () => {
  const { prompts, first, ask } = given('gcp');
  for (let count = 0; count < 4; count++) {
    const stop = new AbortController();
    first.onSpeaking = async () => stop.abort(new Error('hung up'));
    const prompt = prompts.prompt({ text: `gone ${count}`, language: 'en-US' }, stop.signal);
    await expect(prompt).rejects.toThrow('hung up');
  }
  first.onSpeaking = async () => undefined;
  expect(await ask()).toBe('gcp spoken');
});

test('of a cloud many are asked at once, of the machine only so many as it has processors', async () => {
  const { prompts, first, engines } = given('gcp');
  first.onSpeaking = never;
  const asked = Array.from({ length: 40 }, (_, index) =>
    prompts.prompt({ text: `at once ${index}`, language: 'en-US' }, signal),
  );
  await until(() => first.asked.length === 32);
  await clock.pass(1_500);
  await run(Promise.all(asked));
  expect(first.asked).toHaveLength(32);
  expect(engines.at(-1)?.asked).toHaveLength(40);
});
