import { afterAll, beforeAll, expect, test } from 'vitest';
import { wavTone } from '../support/audio-files.ts';
import type { Heard } from '../support/heard.ts';
import { openHostileServer } from '../support/hostile-server.ts';
import { idleShare } from '../support/idle-share.ts';
import { MediaServer } from '../support/media-server.ts';
import { isBusy, isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { isSilent } from '../support/tones.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;

beforeAll(async () => {
  system = await System.start({ isWatched: false });
});
afterAll(() => system[Symbol.asyncDispose]());

interface Refusal {
  readonly error: { readonly reason: string; readonly details: readonly { readonly path: string }[] };
}

const wrong: Record<string, [actions: readonly unknown[], paths: readonly string[]]> = {
  'an unknown type': [[{ type: 'answer' }, { type: 'fly' }], ['actions[1].type']],
  'an option of the wrong type': [
    [{ type: 'sleep', option: { duration: 'long' } }],
    ['actions[0].option.duration'],
  ],
  'a missing target': [
    [
      { type: 'goto', option: { target_id: 'nowhere' } },
      { type: 'branch', option: { target_ids: { '1': 'gone' } } },
    ],
    ['actions[0].option.target_id', 'actions[1].option.target_ids.1'],
  ],
  'a duplicate id': [
    [
      { id: 'a', type: 'answer' },
      { id: 'a', type: 'beep' },
    ],
    ['actions[1].id'],
  ],
  'an unknown key': [
    [
      { type: 'answer', options: {} },
      { type: 'talk', option: { text: 'x', speed: 2 } },
    ],
    ['actions[0].options', 'actions[1].option.speed'],
  ],
  'everything at once': [
    [
      { type: 'fly' },
      { type: 'talk', option: {} },
      { type: 'goto', option: { target_id: 'x', loop_count: -1 } },
    ],
    [
      'actions[0].type',
      'actions[1].option.text',
      'actions[2].option.loop_count',
      'actions[2].option.target_id',
    ],
  ],
};

test.each(Object.entries(wrong))(
  'a flow with %s is refused, every problem named, and not stored',
  async (_, [actions, paths]) => {
    const { status, body } = await system.api.post<Refusal>('/v1.0/flows', { name: 'wrong', actions });
    expect(status).toBe(400);
    expect(body.error.reason).toBe('INVALID_ARGUMENT');
    expect(body.error.details.map(({ path }) => path).sort()).toEqual([...paths].sort());
    const list = await system.api.get<{ result: unknown[] }>('/v1.0/flows');
    expect(list.body.result).toEqual([]);
  },
);

/** What a caller beside it all has of it, in milliseconds: how long he waits for the answer and for the first sound, and its longest gap. */
interface Beside {
  readonly answer: number;
  readonly sound: number;
  readonly gap: number;
}

async function callBeside(): Promise<Beside> {
  const phone = await system.caller();
  const began = wallTime();
  const call = await phone.call('beside');
  await call.answered;
  const answered = wallTime();
  const sound = await until(() => call.heard.firstSoundAt(answered), { what: 'the prompt' });
  await call.ended;
  const { heard } = call;
  const end = heard.sounds(sound).at(-1)?.to ?? sound;
  expect(end - sound).toBeGreaterThan(promptLength * 0.9);
  // A burst after a stall of this process is no silence, and lateness that adds up to one is no time without packets.
  const gap = Math.min(longestSilence(heard, sound, end), heard.longestGap(sound));
  return { answer: answered - began, sound: sound - answered, gap };
}

/** The longest stretch without the prompt while it was to be heard. */
function longestSilence(heard: Heard, from: number, to: number): number {
  const window = 10;
  let longest = 0;
  let silent = 0;
  for (let at = from; at + window <= to; at += window) {
    silent = isSilent(heard.samples(at, at + window)) ? silent + window : 0;
    longest = Math.max(longest, silent);
  }
  return longest;
}

const promptLength = 3_000;

/** Something else that the machine does spoils one of several, not most. */
function middle(figures: readonly number[]): number {
  return figures.toSorted((one, other) => one - other)[figures.length >> 1] ?? Number.NaN;
}

test('beside ten hostile flows a call is answered and its prompt is whole, and two hundred loops at once delay no request', async () => {
  await using server = await openHostileServer();
  const headers = { 'cache-control': 'max-age=3600' };
  await using media = await MediaServer.open({
    '/prompt.wav': { body: wavTone({ length: promptLength }), headers },
  });
  const prompt = { type: 'play', option: { stream_urls: [`${media.url}/prompt.wav`] } };
  await system.flowOn('beside', [{ type: 'answer' }, prompt]);
  await callBeside(); // fetches the prompt
  // What the figures are to be is said of a machine with nothing else to do.
  const isExact = isSoak && (await idleShare()) > 0.7;
  const quiet = await callBeside();

  const asking = (path: string, type: string, at: string) => ({
    id: 'ask',
    type: 'webhook_send',
    option: {
      ...{ uri: `${server.url}${path}`, method: 'GET', sync: true },
      response: { type, map: [{ variable: 'x', path: at }] },
    },
  });
  const fetching = { id: 'ask', type: 'fetch', option: { event_url: `${server.url}/fetches` } };
  const again = { type: 'goto', option: { target_id: 'ask' } };
  const hostile = [
    ...Array.from({ length: 4 }, () => [asking('/bomb', 'json', '$..*..*..*..*'), again]),
    ...Array.from({ length: 3 }, () => [asking('/xml', 'xml', '//a'), again]),
    ...Array.from({ length: 2 }, () => [fetching, again]),
    [asking('/packed', 'json', '$.a'), again],
  ];
  const start = (actions: readonly unknown[]) =>
    system.api.post<{ id: string }>('/v1.0/activeflows', { actions });
  const calls: Beside[] = [];
  for (let round = 0; round < (isSoak ? 5 : 1); round++) {
    const before = await server.counts();
    const started = await Promise.all(hostile.map(start));
    const isUnderWay = async () =>
      Object.entries(await server.counts()).every(([path, count]) => count > (before[path] ?? 0) + 1);
    await eventually(isUnderWay, { what: 'every kind of reply to be read' });
    const beside = await callBeside();
    calls.push(beside);
    const running = await Promise.all(
      started.map(({ body }) => system.api.get<{ status: string }>(`/v1.0/activeflows/${body.id}`)),
    );
    expect(running.filter(({ body }) => body.status === 'running').length).toBeGreaterThanOrEqual(5);
    await Promise.all(started.map(({ body }) => system.api.post(`/v1.0/activeflows/${body.id}/stop`)));
  }

  const patience = isBusy ? 3_000 : 1_500;
  const most = isExact
    ? { answer: 300, sound: 1_000, gap: 60 }
    : {
        answer: quiet.answer * 4 + patience,
        sound: quiet.sound * 4 + patience,
        gap: quiet.gap * 4 + patience,
      };
  if (isSoak) console.log(`beside ten hostile flows: ${JSON.stringify({ calls, quiet, isExact })}`);
  expect(middle(calls.map(({ answer }) => answer))).toBeLessThan(most.answer);
  expect(middle(calls.map(({ sound }) => sound))).toBeLessThan(most.sound);
  expect(middle(calls.map(({ gap }) => gap))).toBeLessThanOrEqual(most.gap);

  const loop = [{ id: 'ask', type: 'variable_set', option: { key: 'x', value: 'y' } }, again];
  const loops = await Promise.all(Array.from({ length: 200 }, () => start(loop)));
  expect(loops.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
  const shown = await Promise.all(loops.map(({ body }) => system.api.get(`/v1.0/activeflows/${body.id}`)));
  expect(shown.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
});
