import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const start = { type: 'external_media_start', option: { external_host: '203.0.113.5:8000' } } as const;

test('ends all external media of the call', async () => {
  const given = givenCall();
  const flow = given.run(start, start, { type: 'external_media_stop' }, longSleep);
  await pass();
  expect(given.externalMedia.running).toEqual([]);
  expect(given.of('external_media_stopped').map(({ reason }) => reason)).toEqual(['stopped', 'stopped']);
  given.hangup();
  await flow.done;
  expect(given.of('external_media_stopped')).toHaveLength(2);
  given.expectNothingLeft();
});

test('with an id ends that one', async () => {
  const given = givenCall();
  const stop = { type: 'external_media_stop', option: { id: '${voipbin.external_media.id}' } };
  const flow = given.run(start, start, stop, longSleep);
  await pass();
  const [first, second] = given.of('external_media_started');
  expect(given.externalMedia.running.map(({ facts }) => facts.id)).toEqual([first?.id]);
  expect(given.of('external_media_stopped')).toMatchObject([{ id: second?.id, reason: 'stopped' }]);
  given.hangup();
  await flow.done;
});

test('where there is none it is no failure', async () => {
  const given = givenCall();
  const flow = given.runOne('external_media_stop', { id: 'no-such' });
  await pass();
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual([]);
  given.hangup();
  await flow.done;
});
