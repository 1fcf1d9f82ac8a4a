import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LifetimeEnded } from '../../../src/core/errors.ts';
import { Scope } from '../../../src/core/scope.ts';
import { OpenAi } from '../../../src/hearing/openai/openai.ts';
import type { SttError, SttRequest } from '../../../src/hearing/stt.ts';
import type { Heard } from '../../../src/ports/hearing.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import { freePort } from '../../support/free-port.ts';
import { sequence } from '../../support/greetings.ts';
import { sayNumbers } from '../../support/spoken-numbers.ts';
import { TranscriptionServer } from '../../support/transcription-server.ts';
import { until } from '../../support/until.ts';

let server: TranscriptionServer;
let scope: Scope;
beforeEach(async () => {
  server = await TranscriptionServer.open();
  scope = new Scope((error) => {
    throw error;
  });
});
afterEach(async () => {
  await scope.close();
  await server[Symbol.asyncDispose]();
});

const silence = 1_000;

async function listen(request: Partial<SttRequest> = {}, engine = given()) {
  const heard: Heard[] = [];
  const broken: SttError[] = [];
  const listener = {
    onHeard: (each: Heard) => heard.push(each),
    onBroken: (error: SttError) => broken.push(error),
  };
  const stream = await engine.open({ language: 'en-US', hints: [], ...request }, listener, scope);
  const say = (...numbers: number[]) => stream.write(sequence(500, sayNumbers(...numbers), silence));
  return { stream, heard, broken, say, texts: () => heard.map(({ text }) => text) };
}

function given(rest: { url?: string; apiKey?: string } = {}): OpenAi {
  return new OpenAi({ url: server.url, model: 'whisper-1', ...rest });
}

describe('the engine', () => {
  test('can be asked where there is a server', () => {
    expect(given().isAvailable()).toBe(true);
    expect(new OpenAi({ model: 'whisper-1' }).isAvailable()).toBe(false);
  });

  test('hears what was said, each utterance where it was', async () => {
    const { say, texts, heard, stream } = await listen();
    say(1, 2);
    await until(() => texts().length === 1);
    say(3);
    await until(() => texts().length === 2);
    expect(texts()).toEqual(['w1 w2', 'w3']);
    expect(heard.every(({ isFinal }) => isFinal)).toBe(true);
    const places = heard.flatMap(({ start, end }) => [start, end]);
    for (const [index, place] of [500, 1_100, 3_200, 3_440].entries())
      expect(Math.abs((places[index] ?? 0) - place)).toBeLessThanOrEqual(40);
    await stream.end();
  });

  test('tells the last words though the audio ends in them', async () => {
    const { stream, texts } = await listen();
    stream.write(sequence(300, sayNumbers(7, 8)));
    await stream.end();
    expect(texts()).toEqual(['w7 w8']);
  });

  test('asks as the server’s specification says', async () => {
    const engine = given({ url: `${server.url}/`, apiKey: 'sk-test' });
    const request = { language: 'pt-BR', hints: ['vendas', 'suporte'] };
    const { say, stream } = await listen(request, engine);
    say(4);
    await stream.end();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      authorization: 'Bearer sk-test',
      file: { name: 'speech.wav', type: 'audio/wav' },
      fields: {
        model: 'whisper-1',
        language: 'pt',
        prompt: 'vendas, suporte',
        response_format: 'json',
        temperature: '0',
      },
    });
  });

  test('says nothing of credentials and hints where there are none', async () => {
    const { say, stream } = await listen({ language: 'cmn-CN' });
    say(4);
    await stream.end();
    expect(server.requests[0]?.authorization).toBeUndefined();
    expect(server.requests[0]?.fields).toEqual({
      model: 'whisper-1',
      language: 'zh',
      response_format: 'json',
      temperature: '0',
    });
  });

  test('does not ask about silence, and tells nothing of an utterance without words', async () => {
    const { say, stream, heard } = await listen();
    stream.write(new Int16Array(80_000));
    server.fault = 'wordless';
    say(1);
    await stream.end();
    expect(heard).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('tells in the order of the audio what is answered in another', async () => {
    server.delay = (words) => (words.includes('w1') ? 300 : 0);
    const { say, stream, texts } = await listen();
    say(1);
    say(2);
    say(3);
    await stream.end();
    expect(server.mostOpen).toBeGreaterThan(1);
    expect(texts()).toEqual(['w1', 'w2', 'w3']);
  });

  test('asks about eight utterances of all calls at once', async () => {
    const enough = Promise.withResolvers<void>();
    server.gate = enough.promise;
    const engine = given();
    const calls = await Promise.all(Array.from({ length: 20 }, () => listen({}, engine)));
    for (const { say } of calls) say(5);
    const ended = Promise.all(calls.map(({ stream }) => stream.end()));
    await until(() => server.open === 8, { what: 'eight to be asked about' });
    enough.resolve();
    await ended;
    expect(calls.map(({ texts }) => texts().join())).toEqual(calls.map(() => 'w5'));
    expect(server.mostOpen).toBe(8);
  });
});

describe('a server that fails', () => {
  test.each([
    [401, false],
    [403, false],
    [404, false],
    [400, false],
    [429, true],
    [500, true],
    [503, true],
    ['garbage', true],
    ['other', true],
    ['cut', true],
    ['endless', true],
  ] as const)('by %s breaks the stream, once', async (fault, isPassing) => {
    server.fault = fault;
    const { say, broken, heard, stream } = await listen();
    say(1);
    await until(() => broken.length > 0);
    server.fault = undefined;
    say(2);
    await expect(stream.end()).rejects.toBe(broken[0]);
    expect(broken).toHaveLength(1);
    expect(broken[0]?.isPassing).toBe(isPassing);
    expect(heard).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('by not being there breaks the stream', async () => {
    const engine = given({ url: `http://127.0.0.1:${await freePort('tcp')}/v1` });
    const { say, broken } = await listen({}, engine);
    say(1);
    await until(() => broken.length > 0);
    expect(broken[0]?.isPassing).toBe(true);
  });

  test('by never answering breaks the stream after ten seconds', async () => {
    using clock = new VirtualClock();
    server.fault = 'silent';
    const { say, broken } = await listen();
    say(1);
    await until(() => server.requests.length > 0);
    await clock.pass(9_900);
    expect(broken).toEqual([]);
    await clock.pass(200);
    await until(() => broken.length > 0);
    expect(broken[0]).toMatchObject({ isPassing: true, message: 'the server did not answer in time' });
  });

  test('keeps nobody waiting at the end for longer than five seconds', async () => {
    using clock = new VirtualClock();
    server.fault = 'silent';
    const { say, stream, broken } = await listen();
    say(1);
    const ended = stream.end();
    await until(() => server.requests.length > 0);
    await clock.pass(5_100);
    await ended;
    expect(broken).toEqual([]);
  });

  test('at the end says so to whoever ended it, and to nobody else', async () => {
    server.fault = 500;
    const { say, stream, broken } = await listen();
    say(1);
    await expect(stream.end()).rejects.toMatchObject({ name: 'SttError', isPassing: true });
    expect(broken).toEqual([]);
  });

  test('by being slow breaks the streams whose audio waits for too long, and no other', async () => {
    server.fault = 'silent';
    const engine = given();
    const waiting = await Promise.all(Array.from({ length: 8 }, () => listen({}, engine)));
    for (const { say } of waiting) say(1);
    const { stream, broken } = await listen({}, engine);
    const sentence = sequence(sayNumbers(...Array(16).keys()), silence);
    for (let times = 0; times < 8; times++) stream.write(sentence);
    await until(() => broken.length > 0);
    expect(broken[0]?.message).toBe('the engine does not keep up');
    expect(waiting.flatMap((each) => each.broken)).toEqual([]);
  });

  test('repeats nothing of what it was sent in an error', async () => {
    server.fault = 400;
    const { say, broken } = await listen({ hints: ['secret'] });
    say(1);
    await until(() => broken.length > 0);
    expect(String(broken[0]?.message) + String(broken[0]?.cause)).not.toMatch(/secret|w1/);
  });
});

describe('the end of the scope', () => {
  test('ends requests, and nothing more is told', async () => {
    server.fault = 'silent';
    const { say, stream, heard, broken } = await listen();
    say(1);
    await until(() => server.open > 0);
    const reason = new LifetimeEnded('the call is over');
    await scope.close(reason);
    await until(() => server.open === 0);
    await expect(stream.end()).rejects.toBe(reason);
    say(2);
    expect([heard, broken]).toEqual([[], []]);
  });

  test('before the beginning is its end', async () => {
    const reason = new LifetimeEnded('the call is over');
    await scope.close(reason);
    await expect(listen()).rejects.toBe(reason);
  });
});
