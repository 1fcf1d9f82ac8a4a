import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { giveTime } from '../../../src/calls/give-time.ts';
import { Scope } from '../../../src/core/scope.ts';
import { FakeAri } from '../../support/fake-ari.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function given() {
  const { ari, asterisk } = new FakeAri();
  const { id: channelId } = asterisk.dial();
  const scope = new Scope(() => undefined);
  const asked = () => asterisk.requests.filter(({ operation }) => operation.name === 'setChannelVar');
  return { call: { ari, channelId, scope }, asterisk, asked, scope };
}

test('a call has its time once Asterisk has taken it, however often it is asked', async () => {
  const { call, asterisk, asked } = given();
  asterisk.fault('setChannelVar', { status: 500, times: 2 });
  const giving = giveTime(call, 90);
  await vi.advanceTimersByTimeAsync(600);
  await giving;
  expect(asked().map(({ query }) => query)).toEqual(
    [1, 2, 3].map(() => ({ variable: 'TIMEOUT(absolute)', value: '90' })),
  );
});

test('whoever has gone needs none', async () => {
  const { call, asked } = given();
  await giveTime({ ...call, channelId: 'gone' }, 90);
  expect(asked()).toHaveLength(1);
});

test('a call that ends meanwhile is not waited for', async () => {
  const { call, asterisk, scope } = given();
  asterisk.fault('setChannelVar', { isUnanswered: true });
  const giving = giveTime(call, 90);
  await scope.close();
  await giving;
});
