import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const start = (direction: string) => ({
  type: 'transcribe_start',
  option: { language: 'en-US', direction },
});
const stop = (option: Readonly<Record<string, unknown>> = {}) => ({ type: 'transcribe_stop', option });

test('ends the transcription, whose last words are still told, and the flow goes on at once', async () => {
  const given = givenCall();
  const flow = given.run(
    start('in'),
    { id: 'wait', type: 'digits_receive', option: { duration: 60_000 } },
    stop(),
    {
      id: 'after',
      ...longSleep,
    },
  );
  await pass(100);
  const [ear] = given.transcribes.hearing.ears;
  const { promise, resolve } = Promise.withResolvers<void>();
  if (ear) ear.end = () => promise;
  given.press('1');
  await pass(100);
  expect(flow.at).toBe('after');
  expect([...given.asterisk.channels.keys()]).toEqual([given.channel.id]);
  ear?.hear('that is all');
  resolve();
  await pass();
  expect(given.transcribes.types).toEqual(['transcribe_created', 'transcript_created', 'transcribe_updated']);
  expect(given.transcribes.records.at(-1)).toMatchObject({ status: 'done', reason: '' });
  given.hangup();
  await flow.done;
  expect(given.transcribes.types).toHaveLength(3);
  given.expectNothingLeft();
});

test('ends all of them, or the one that is named', async () => {
  const given = givenCall();
  const flow = given.run(
    start('in'),
    { type: 'variable_set', option: { key: 'first', value: '${voipbin.transcribe.id}' } },
    start('out'),
    stop({ id: '${first}' }),
    { type: 'digits_receive', option: { duration: 60_000 } },
    stop(),
    longSleep,
  );
  await pass(200);
  const ended = () =>
    given.transcribes.records.filter(({ status }) => status === 'done').map(({ direction }) => direction);
  expect(ended()).toEqual(['in']);
  given.press('1');
  await pass(100);
  expect(ended()).toEqual(['in', 'out']);
  given.hangup();
  await flow.done;
});

test('without one does nothing', async () => {
  const given = givenCall();
  const flow = given.run(stop(), stop({ id: 'nobody' }), { id: 'after', ...longSleep });
  await pass(100);
  expect([flow.at, ...given.failures]).toEqual(['after']);
  given.hangup();
  await flow.done;
});
