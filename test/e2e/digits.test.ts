import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
afterEach(() => system.quiet());
afterAll(() => system[Symbol.asyncDispose]());

test('20 calls at once, each with 8 digits 60 ms apart: none lost, none reordered', async () => {
  await system.flowOn('burst', [
    { type: 'answer' },
    { type: 'digits_receive', option: { duration: 20_000, length: 8 } },
  ]);
  const phone = await system.caller();
  const sent = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const digits = String(10_000_000 + index * 4_321_987).slice(0, 8);
      const call = await phone.call('burst', { from: `burst${index}` });
      await call.answered;
      await call.digits(digits, { duration: 60, gap: 60 });
      await call.ended;
      return [`burst${index}`, digits] as const;
    }),
  );
  await until(() => system.sink.requests.filter(({ type }) => type === 'digits_received').length === 20);
  const sources = new Map(
    system.sink.requests
      .filter(({ type }) => type === 'call_created')
      .map(({ data }) => [data.id, data.source]),
  );
  const received = system.sink.requests
    .filter(({ type }) => type === 'digits_received')
    .map(({ data }) => [(sources.get(data.reference_id) as { target: string }).target, data.digits] as const);
  expect(new Map(received)).toEqual(new Map(sent));
});

test('digits are typed ahead, taken by the next digits_receive, and the rest left for the one after', async () => {
  await system.flowOn('ahead', [
    { type: 'answer' },
    { type: 'sleep', option: { duration: 1_500 } },
    { type: 'digits_receive', option: { duration: 5_000, length: 3 } },
    { type: 'digits_receive', option: { duration: 5_000, length: 0, key: '#' } },
    { type: 'digits_receive', option: { duration: 200 } },
  ]);
  const phone = await system.caller();
  const call = await phone.call('ahead');
  await call.answered;
  await call.digits('12345*#', { duration: 60, gap: 60 });
  await call.ended;
  const callId = await system.callTo('ahead');
  await system.history(callId);
  const inputs = system.sink.eventsOf(callId).filter(({ type }) => type === 'digits_received');
  expect(inputs.map(({ data }) => [data.digits, data.result])).toEqual([
    ['123', 'length'],
    ['45*#', 'key'],
    ['', 'timeout'],
  ]);
});

test.each(['RFC 4733', 'SIP INFO', 'in-band'])('digits arrive by %s', async (way) => {
  const number = `way-${way.replace(/\W/g, '')}`;
  await system.flowOn(number, [
    { type: 'answer' },
    { type: 'digits_receive', option: { duration: 8_000, length: 3 } },
  ]);
  const phone = await system.caller();
  const call = await phone.call(number, { telephoneEvent: way === 'RFC 4733' });
  await call.answered;
  if (way === 'RFC 4733') await call.digits('42#', { duration: 80, gap: 80 });
  else if (way === 'SIP INFO') await call.sendInfoDigits('42#');
  else await call.inbandDigits('42#', { duration: 120, gap: 120 });
  await call.ended;
  const callId = await system.callTo(number);
  const input = await system.sink.waitFor(
    ({ type, data }) => type === 'digits_received' && data.reference_id === callId,
  );
  expect(input.data).toMatchObject({ digits: '42#', result: 'length' });
});
