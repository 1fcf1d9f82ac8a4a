import { afterAll, beforeAll, expect, test } from 'vitest';
import { MediaServer } from '../support/media-server.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
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

const nested = (depth: number): unknown => (depth === 0 ? 'x'.repeat(700) : [nested(depth - 1)]);

/** How long a caller waits for the answer, and for the first sound after it; milliseconds. */
async function waits(): Promise<{ readonly answer: number; readonly sound: number }> {
  const phone = await system.caller();
  const began = wallTime();
  const call = await phone.call('beside');
  await call.answered;
  const answered = wallTime();
  const sound = await until(() => call.heard.firstSoundAt(answered), { what: 'the beep' });
  await call.ended;
  return { answer: answered - began, sound: sound - answered };
}

test('ten flows whose replies would take for ever delay no call, and two hundred loops at once no request', async () => {
  const fetched = { type: 'fetch', option: { event_url: '', event_method: 'POST' } };
  await using server = await MediaServer.open({
    '/bomb': { body: JSON.stringify(Array.from({ length: 220 }, () => nested(45))) },
    '/xml': { body: `<r>${'<a>x</a>'.repeat(122_000)}</r>` },
  });
  const fetchAgain = { ...fetched, option: { ...fetched.option, event_url: `${server.url}/fetches` } };
  server.files.set('/fetches', { body: JSON.stringify(Array.from({ length: 1_000 }, () => fetchAgain)) });
  await system.flowOn('beside', [{ type: 'answer' }, { type: 'beep' }]);
  const quiet = await waits();

  const asking = (path: string, type: string, at: string) => ({
    id: 'ask',
    type: 'webhook_send',
    option: {
      ...{ uri: `${server.url}${path}`, method: 'GET', sync: true },
      response: { type, map: [{ variable: 'x', path: at }] },
    },
  });
  const again = { type: 'goto', option: { target_id: 'ask' } };
  const hostile = [
    ...Array.from({ length: 4 }, () => [asking('/bomb', 'json', '$..*..*..*..*'), again]),
    ...Array.from({ length: 4 }, () => [asking('/xml', 'xml', '//a'), again]),
    ...Array.from({ length: 2 }, () => [{ ...fetchAgain, id: 'ask' }, again]),
  ];
  const start = (actions: readonly unknown[]) =>
    system.api.post<{ id: string }>('/v1.0/activeflows', { actions });
  const started = await Promise.all(hostile.map(start));
  await until(() => ['/bomb', '/xml', '/fetches'].every((path) => server.count(path) > 2) || undefined, {
    what: 'every kind of reply to be read',
  });
  const beside = await waits();
  expect(beside.answer).toBeLessThan(quiet.answer * 4 + 1_000);
  expect(beside.sound).toBeLessThan(quiet.sound * 4 + 1_000);
  await Promise.all(started.map(({ body }) => system.api.post(`/v1.0/activeflows/${body.id}/stop`)));

  const loop = [{ id: 'ask', type: 'variable_set', option: { key: 'x', value: 'y' } }, again];
  const loops = await Promise.all(Array.from({ length: 200 }, () => start(loop)));
  expect(loops.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
  const shown = await Promise.all(loops.map(({ body }) => system.api.get(`/v1.0/activeflows/${body.id}`)));
  expect(shown.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
});
