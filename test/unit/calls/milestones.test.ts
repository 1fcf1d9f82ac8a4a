import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lastDigits } from '../../../src/calls/milestones.ts';
import type { Log } from '../../../src/core/log.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function givenLog(): { readonly log: Log; readonly lines: { event: string; [field: string]: unknown }[] } {
  const lines: { event: string; [field: string]: unknown }[] = [];
  const write = (fields: object, event: string): void => void lines.push({ event, ...fields });
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return { log, lines };
}

const zero = '00000000-0000-0000-0000-000000000000';

test('the log tells who calls whom by two digits, and how long it took to end and why', async () => {
  const { log, lines } = givenLog();
  const given = givenCall({ number: '+4930123456', from: '+821100000007', log });
  given.call.announce('d157ce07-0360-4cad-9007-c8ab89fccf9c', '8d2d2c05-1a2f-4c0e-9d0f-3a4fd7b6a111');
  await pass(2_500);
  given.call.hangup('busy');
  await pass();
  const ids = { call: given.call.id, channel: given.channel.id };
  expect(lines).toEqual([
    {
      event: 'call_started',
      ...ids,
      flow: 'd157ce07-0360-4cad-9007-c8ab89fccf9c',
      activeflow: '8d2d2c05-1a2f-4c0e-9d0f-3a4fd7b6a111',
      master: zero,
      direction: 'incoming',
      from: '07',
      to: '56',
    },
    {
      event: 'call_ended',
      ...ids,
      by: 'local',
      reason: 'busy',
      duration: expect.any(Number),
      code: 0,
      cause: 17,
    },
  ]);
  expect(lines[1]?.duration).toBeGreaterThanOrEqual(2_500);
  expect(lines[1]?.duration).toBeLessThan(3_500);
});

test.each([
  ['tel', '+821100000007', '07'],
  ['tel', '100', '00'],
  ['tel', '12', ''],
  ['tel', '7', ''],
  ['tel', '', ''],
  ['tel', '+49 30 / 12-3', '23'],
  ['tel', 'sales42', ''],
  ['extension', '1001', '01'],
  ['sip', 'sip:+4930123@10.0.0.17:5062', '23'],
  ['sip', 'alice@10.0.0.17', ''],
  ['sip', '10.0.0.17', ''],
  ['sip', 'sips:1234@host.example', '34'],
  ['sip', '99@host123.example', ''],
  ['agent', '8d2d2c05-1a2f-4c0e-9d0f-3a4fd7b6a111', ''],
])('of %s %s the log has at most two digits, and never all: %s', (type, target, expected) => {
  expect(lastDigits({ type, target })).toBe(expected);
});
