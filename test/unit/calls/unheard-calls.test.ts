import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/calls/call.ts';
import { CallRegistry } from '../../../src/calls/call-registry.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { StoreError } from '../../../src/core/store-error.ts';
import { pass } from '../../support/call-fixture.ts';
import { FakeAri } from '../../support/fake-ari.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A channel that the dialplan has sent to us while nobody listened. */
function given(wasHere: () => Promise<boolean>) {
  const fake = new FakeAri();
  const { onEvent } = fake.asterisk;
  fake.asterisk.onEvent = () => undefined;
  const channel = fake.asterisk.dial({ number: '200' });
  fake.asterisk.onEvent = onEvent;
  const came: Call[] = [];
  const scope = new Scope(() => undefined);
  const calls = new CallRegistry({
    ...{ ari: fake.ari, scope, log: silentLog, maxDuration: 3_600_000, wasHere },
    onIncoming: (call) => void came.push(call),
    onChange: () => undefined,
  });
  return { asterisk: fake.asterisk, calls, came, channel, scope };
}

test('a call whose coming nobody has heard of is taken as if it had come just now', async () => {
  const { asterisk, calls, came, channel, scope } = given(async () => false);
  await calls.reconcile(scope.signal);
  await calls.reconcile(scope.signal);
  await pass(20_000);
  expect(came.map(({ channelId }) => channelId)).toEqual([channel.id]);
  expect(came[0]?.record).toMatchObject({ direction: 'incoming', destination: { target: '200' } });
  expect(asterisk.asked).not.toContain('hangup');
});

test('one of which the news is still on its way is left alone by the sweep', async () => {
  const { asterisk, calls, came, scope } = given(async () => true);
  await calls.reconcile(scope.signal);
  await pass(4_990);
  const { onEvent } = asterisk;
  asterisk.onEvent = (event) => setTimeout(() => onEvent(event), 50);
  const late = asterisk.dial({ number: '201' });
  await pass(20_000);
  expect(came.map(({ channelId }) => channelId)).toEqual([late.id]);
  expect(came[0]?.isEnded).toBe(false);
});

test('a daemon that stops does not leave to its successor what it was about to sweep away', async () => {
  const { asterisk, calls, scope } = given(async () => true);
  await calls.reconcile(scope.signal);
  await pass(1_000);
  expect(asterisk.channels.size).toBe(1);
  await calls.close('normal');
  expect(asterisk.channels.size).toBe(0);
  await scope.close();
});

test('one that was here before, whose call has ended, is hung up', async () => {
  const { asterisk, calls, came, scope } = given(async () => true);
  await calls.reconcile(scope.signal);
  await pass(20_000);
  expect(came).toEqual([]);
  expect(asterisk.asked).toContain('hangup');
});

test.each([
  ['fails', () => Promise.reject(new StoreError('unreachable'))],
  ['says nothing', () => new Promise<boolean>(() => undefined)],
])('where the store %s he is hung up, and the calls are compared all the same', async (_, wasHere) => {
  const { asterisk, calls, came, scope } = given(wasHere);
  let isCompared = false;
  const compared = calls.reconcile(scope.signal).then(() => (isCompared = true));
  await pass(5_500);
  expect(isCompared).toBe(true);
  await compared;
  await pass(20_000);
  expect(came).toEqual([]);
  expect(asterisk.asked).toContain('hangup');
});
