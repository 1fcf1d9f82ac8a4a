import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installAsterisk } from '../../src/asterisk/install.ts';
import { localFile } from '../../src/core/local-tool.ts';
import { Scope } from '../../src/core/scope.ts';
import { Pocketsphinx } from '../../src/hearing/local/pocketsphinx.ts';
import type { SttError } from '../../src/hearing/stt.ts';
import type { Heard } from '../../src/ports/hearing.ts';
import { decode, encode } from '../support/g711.ts';
import { sequence, speak } from '../support/greetings.ts';
import { heardBy, onTelephone, type SpokenItem, spokenSet } from '../support/spoken-set.ts';
import { until } from '../support/until.ts';

let folder: string;
let engine: Pocketsphinx;
let scope: Scope;
beforeAll(async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  folder = await mkdtemp(join(tmpdir(), 'ariflow-hearing-'));
  engine = new Pocketsphinx({ folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  scope = new Scope((error) => {
    throw error;
  });
});
afterEach(() => scope.close());

async function listen(hints: readonly string[], language = 'en-US') {
  const heard: Heard[] = [];
  const broken: SttError[] = [];
  const stream = await engine.open(
    { language, hints },
    { onHeard: (each) => heard.push(each), onBroken: (error) => broken.push(error) },
    scope,
  );
  return { stream, heard, broken, texts: () => heard.map(({ text }) => text) };
}

const said = (text: string, voice = 'flite:rms') => onTelephone({ text, spoken: text, hints: [] }, voice);

/** Programs that listen with files of this engine. */
const programs = () =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(folder));

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}

describe('the local engine', () => {
  test('is there once the project has installed its tools', () => {
    expect(engine.isAvailable()).toBe(true);
  });

  test.each([
    ['en-US', ['yes', 'No, thank you', '7'], undefined],
    ['en', ["I don't know"], undefined],
    ['de-DE', ['ja'], 'UNKNOWN_LANGUAGE'],
    ['enm', ['yes'], 'UNKNOWN_LANGUAGE'],
    ['en-GB', [], 'HINTS_NEEDED'],
    ['en-US', ['yes', 'ariflowish'], 'HINTS_NEEDED'],
    ['en-US', ['café olé'], 'HINTS_NEEDED'],
    ['en-US', ['yes', ' !? '], 'HINTS_NEEDED'],
  ])('asked for %s and %j says %s', (language, hints, code) => {
    expect(engine.problemOf({ language, hints })?.code).toBe(code);
  });

  test('says which hint it does not understand, and not what is in it', () => {
    const problem = engine.problemOf({ language: 'en', hints: ['yes', 'no', 'qwxz'] });
    expect(problem?.message).toMatch(/^hints\[2\]: expected words /);
    expect(problem?.message).not.toContain('qwxz');
  });

  test('hears digits as they come, and says where they were', async () => {
    const { stream, heard, texts } = await listen([...'0123456789']);
    const pause = 8 * 1_500;
    const audio = sequence(await said('4 7 1 1'), 1_500, await said('9'));
    for (let at = 0; at < audio.length; at += 160) stream.write(audio.subarray(at, at + 160));
    await until(() => texts().length > 0);
    stream.write(new Int16Array(pause));
    await until(() => texts().length > 1);
    expect(texts()).toEqual(['4 7 1 1', '9']);
    const [first, second] = heard;
    expect(first?.start).toBeGreaterThan(500);
    expect(first?.start).toBeLessThan(1_200);
    expect(second?.start).toBeGreaterThan((first?.end ?? 0) + 1_500);
    await stream.end();
  });

  test('hears a person, in the recording that comes with the model', async () => {
    const recording = readFileSync(localFile('usr/share/pocketsphinx/test/data/tidigits/dhd.2934z.raw'));
    // Of its 16 000 samples a second every other one.
    const person = Int16Array.from({ length: recording.length / 4 }, (_, at) =>
      recording.readInt16LE(4 * at),
    );
    const audio = sequence(decode('ulaw', encode('ulaw', person)), 1_000);
    expect(await heardBy(engine, [...'0123456789'], audio)).toMatch(/^\d 9 3 4 0$/); // the first is a two, over the telephone a three
  });

  test('tells the last words though the audio ends with them', async () => {
    const { stream, texts } = await listen(['main menu', 'leave a message']);
    stream.write(sequence(700, await speak({ text: 'leave a message', voice: 'flite:slt' }), 100));
    await stream.end();
    expect(texts()).toEqual(['leave a message']);
  });

  test('hears nothing in silence', async () => {
    for (const hints of [
      ['1', '2'],
      ['yes', 'no'],
    ])
      expect(await heardBy(engine, hints, new Int16Array(8 * 8_000))).toBe('');
  });

  test('hears the same in the same audio', async () => {
    const audio = await said('cancel my order', 'flite:awb');
    const hints = ['cancel my order', 'repeat that'];
    const first = await heardBy(engine, hints, audio);
    expect(await heardBy(engine, hints, audio)).toBe(first);
  });

  test.each(['yes;', 'yes | no', '#JSGF V1.0;', "don't", 'yes"', '<NULL> yes', 'a.m.', 'x/9/ {y} (z)* [w]+'])(
    'takes %j for words, or says that they are none',
    async (hint) => {
      const hints = [hint, 'hello'];
      if (engine.problemOf({ language: 'en', hints })) return;
      expect(await heardBy(engine, hints, await said('hello'))).toBe('hello');
    },
  );

  test('ends with the scope, with its programs and its files', async () => {
    const { stream, heard, broken } = await listen(['yes', 'no']);
    stream.write(sequence(await said('yes'), 1_000));
    await until(() => programs().length > 0);
    await scope.close();
    await until(() => programs().length === 0); // killed, and gone as soon as there is time for it
    expect(readdirSync(folder)).toEqual([]);
    stream.write(new Int16Array(160));
    expect([heard, broken]).toEqual([[], []]);
  });

  test('says so when its program ends', async () => {
    const { stream, broken } = await listen(['yes', 'no']);
    stream.write(sequence(await said('yes'), 1_000));
    await until(() => programs().length > 0);
    for (const pid of programs()) process.kill(Number(pid), 'SIGKILL');
    await until(() => broken.length > 0);
    expect(broken).toHaveLength(1);
    expect(broken[0]?.isPassing).toBe(true);
    await expect(stream.end()).rejects.toBe(broken[0]);
  });

  test('hears many at once, and runs four programs at a time', async () => {
    const audio = await said('7');
    let most = 0;
    const streams = await Promise.all(Array.from({ length: 12 }, () => listen([...'0123456789'])));
    for (const { stream } of streams) stream.write(audio);
    const ended = Promise.all(streams.map(({ stream }) => stream.end()));
    await until(() => {
      most = Math.max(most, programs().length);
      return streams.every(({ texts }) => texts().length === 1);
    });
    await ended;
    expect(most).toBeLessThanOrEqual(4);
    expect(streams.map(({ texts }) => texts().join())).toEqual(streams.map(() => '7'));
  });

  test('removes what a daemon that was killed has left behind', async () => {
    const left = join(folder, 'left', '7');
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'hints.gram'), 'x');
    const next = new Pocketsphinx({ folder: join(folder, 'left') });
    await heardBy(next, ['1'], new Int16Array(800));
    expect(existsSync(left)).toBe(false);
  });
});

describe('the test set', () => {
  /** How many of these are heard right, of a man and a woman. */
  async function rightOf(items: readonly SpokenItem[]): Promise<number> {
    let right = 0;
    for (const voice of ['flite:rms', 'flite:slt'])
      for (const item of items)
        if ((await heardBy(engine, item.hints, await onTelephone(item, voice))) === item.text) right++;
    return right / (2 * items.length);
  }

  test.each([
    ['digit', 0.6],
    ['number', 0.4],
    ['menu', 0.7],
    ['yes or no', 0.75],
  ] as const)('%s: at least %d of it is heard right', async (part, least) => {
    expect(await rightOf(spokenSet[part])).toBeGreaterThanOrEqual(least);
  });
});
