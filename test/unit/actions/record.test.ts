import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkActions, checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  pass,
  type RunningFlow,
} from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Recorded {
  readonly given: CallFixture;
  readonly flow: RunningFlow;
}

/** Without a beep it records at once. */
function recorded(option: Readonly<Record<string, unknown>> = {}, call: GivenCall = {}): Recorded {
  const given = givenCall({ soundLength: 300, ...call });
  given.recordings.makesFiles = true;
  const flow = given.runOne('record', { beep_start: false, end_of_silence: 0, ...option });
  return { given, flow };
}

const told = ({ recordings }: CallFixture) => recordings.told.map(({ type }) => type);

function result({ flow }: Recorded): Record<string, string> {
  const names = ['id', 'url', 'duration', 'result'];
  return Object.fromEntries(names.map((name) => [name, flow.variable(`voipbin.record.${name}`)]));
}

async function over({ given, flow }: Recorded): Promise<void> {
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
}

describe.each(['before', 'after'] as const)('with events %s the answer', (events) => {
  test('waits for the end of its time, and says what it got', async () => {
    const it = recorded({ duration: 3 }, { events });
    await pass(2_900);
    expect(it.flow.at).toBe('it');
    await pass(200);
    expect(it.flow.at).toBe('after');
    const [{ data } = { data: undefined }] = it.given.recordings.told;
    expect(data).toMatchObject({ channels: 'in', format: 'wav' });
    const got = result(it);
    expect(got).toMatchObject({
      id: data?.id,
      url: `https://calls.example/r/${data?.id}`,
      result: 'duration',
    });
    expect(Math.abs(Number(got.duration) - 3_000)).toBeLessThan(100);
    await over(it);
  });
});

test('is ended by its key, which nobody gets then, nor what was pressed before', async () => {
  const it = recorded();
  await pass(2_000);
  it.given.press('1');
  await pass(1_000);
  expect(it.flow.at).toBe('it');
  it.given.press('#');
  await pass(100);
  expect([it.flow.at, result(it).result]).toEqual(['after', 'key']);
  expect(it.given.call.digits.kept).toBe('');
  await over(it);
});

test('is ended by silence', async () => {
  const it = recorded({ end_of_silence: 3, min_duration: 0 });
  await pass(3_500);
  expect([it.flow.at, result(it).result]).toEqual(['after', 'silence']);
  await over(it);
});

test.each([
  ['the silence that ended it', { end_of_silence: 3 }, 3_500],
  ['a moment before its key', { min_duration: 2 }, 1_500],
])('keeps nothing of %s', async (_what, option, ms) => {
  const it = recorded(option);
  await pass(ms);
  it.given.press('#');
  await pass(100);
  expect(it.flow.at).toBe('after');
  expect(result(it)).toMatchObject({ id: '', url: '', result: 'short' });
  expect(told(it.given)).toEqual(['recording_created', 'recording_deleted']);
  await over(it);
});

test('is stopped by whoever stops recordings of the call', async () => {
  const it = recorded();
  await pass(2_000);
  it.given.recordings.recordings.stop(it.given.call);
  await pass(100);
  expect([it.flow.at, result(it).result]).toEqual(['after', 'stopped']);
  await over(it);
});

test.each([
  [2_000, 'hangup'],
  [500, 'short'],
])('of a caller who hangs up after %d ms it says %s', async (ms, expected) => {
  const it = recorded();
  await pass(ms);
  it.given.hangup();
  await it.flow.done;
  const { id, ...got } = result(it);
  expect(got).toMatchObject({ result: expected });
  expect(id === '').toBe(expected === 'short');
  await pass(10_000);
  it.given.expectNothingLeft();
  expect(it.given.recordings.told.at(-1)?.data).toMatchObject({ status: 'done', ended_by: 'hangup' });
});

test('records behind its beep', async () => {
  const it = recorded({ beep_start: true, duration: 2 });
  await pass(200);
  expect(told(it.given)).toEqual([]);
  await pass(2_000);
  expect(it.flow.at).toBe('it');
  await pass(300);
  expect([it.flow.at, result(it).result]).toEqual(['after', 'duration']);
  await over(it);
});

test('that cannot record is a failure, behind a beep too', async () => {
  for (const beep_start of [false, true]) {
    const given = givenCall({ soundLength: 300 });
    given.asterisk.fault('record', { status: 500 });
    const flow = given.runOne('record', { beep_start });
    await pass(10_000);
    expect([flow.at, given.failures]).toEqual(['after', ['RECORDING_FAILED']]);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  }
});

test('records no more of a call that goes on elsewhere', async () => {
  const it = recorded();
  await pass(2_000);
  const elsewhere = it.given.activeflows.takeOver(it.given.call, { id: 'other', actions: [] });
  await pass(1_000);
  expect(it.given.asterisk.recordings.live).toEqual([]);
  expect(it.given.recordings.told.at(-1)?.data).toMatchObject({ ended_by: 'stopped' });
  it.given.hangup();
  await elsewhere;
});

describe('with a review', () => {
  const spoken = ({ speech }: CallFixture) => speech.requests.map(({ text }) => text);

  async function asked(review: object = { text: 'Well?' }): Promise<Recorded> {
    const it = recorded({ duration: 2, review });
    await pass(2_100);
    expect(it.flow.at).toBe('it');
    expect(result(it).result).toBe('duration');
    return it;
  }

  test('is kept by the key for it', async () => {
    const it = await asked();
    expect(spoken(it.given)).toEqual(['Well?']);
    it.given.press('3');
    await pass(100);
    expect(it.flow.at).toBe('after');
    await over(it);
  });

  test('is heard by the key for that, and then he is asked again', async () => {
    const it = await asked();
    await pass(1_000);
    it.given.press('1');
    await pass(100);
    const played = it.given.asterisk.requests.flatMap(({ operation, body }) =>
      operation.name === 'play' ? [String(body?.media)] : [],
    );
    expect(played.at(-1)).toBe(`sound:played/${result(it).id}`);
    await pass(1_000);
    expect(spoken(it.given)).toEqual(['Well?', 'Well?']);
    it.given.press('3');
    await pass(100);
    expect(it.flow.at).toBe('after');
    await over(it);
  });

  test('is recorded again by the key for that; what was said before is deleted', async () => {
    const it = await asked({ again: '*' });
    const { id: first } = result(it);
    it.given.press('*');
    await pass(2_200);
    expect(result(it).id).not.toBe(first);
    expect(it.given.recordings.deleted).toEqual([first]);
    it.given.press('3');
    await pass(100);
    expect(it.flow.at).toBe('after');
    expect(told(it.given).filter((type) => type === 'recording_deleted')).toHaveLength(1);
    await over(it);
  });

  test('is kept where nothing is pressed, or what means nothing, three times', async () => {
    const it = await asked();
    it.given.press('9');
    await pass(20_000);
    expect(spoken(it.given)).toHaveLength(3);
    expect(it.flow.at).toBe('after');
    expect(result(it).id).not.toBe('');
    await over(it);
  });

  test('offers nothing where there is nothing to be kept', async () => {
    const it = recorded({ min_duration: 3, review: {} });
    await pass(2_000);
    it.given.press('#');
    await pass(200);
    expect([it.flow.at, spoken(it.given).length]).toEqual(['after', 0]);
    await over(it);
  });

  test('goes on where it was in a daemon that is killed', async () => {
    for (let killedAfter = 500; killedAfter < 6_000; killedAfter += 500) {
      const it = recorded({ duration: 2, review: { text: 'Well?' } });
      let life = it.given;
      const at = async (ms: number, press?: string): Promise<void> => {
        for (let passed = 0; passed < ms; passed += 100, time += 100) {
          await pass(100);
          if (time === killedAfter) life = await life.restart();
        }
        if (press) life.press(press);
      };
      let time = 0;
      await at(2_500, '1');
      await at(1_000, '2');
      await at(3_000, '3');
      await at(300);
      expect([killedAfter, life.record?.current_action.id]).toEqual([killedAfter, 'after']);
      expect(life.recordings.told.map(({ type }) => type).toSorted()).toEqual([
        ...['recording_created', 'recording_created', 'recording_deleted'],
        ...['recording_updated', 'recording_updated'],
      ]);
      life.hangup();
      await pass(20_000);
      life.expectNothingLeft();
    }
  });

  test('refuses SSML that is not allowed', () => {
    const actions = [{ type: 'record', option: { review: { text: '<speak>x</speak>' } } }];
    const { problems } = checkActions(actions, { catalogue, checkSsml: () => 'not that' });
    expect(problems).toEqual([{ path: 'actions[0].option.review.text', message: 'not that' }]);
  });

  test('refuses keys that are the same', () => {
    const option = { review: { listen: '3' } };
    expect(checkFlow([{ type: 'record', option }], catalogue).problems).toEqual([
      { path: 'actions[0].option.review', message: 'expected three different keys' },
    ]);
  });
});
