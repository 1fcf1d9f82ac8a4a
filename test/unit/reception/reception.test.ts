import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/calls/call.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { type Log, silentLog } from '../../../src/core/log.ts';
import type { FlowToRun } from '../../../src/ports/flow-to-run.ts';
import { type Refusal, reception } from '../../../src/reception/reception.ts';
import { type CallFixture, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const nobody = async (): Promise<undefined> => undefined;

function given(
  fixture: CallFixture,
  {
    flowOf = nobody,
    isSaturated = false,
  }: { flowOf?: (number: string) => Promise<FlowToRun | undefined>; isSaturated?: boolean } = {},
) {
  const refused: [Refusal, boolean][] = [];
  const lines: object[] = [];
  const log: Log = { ...silentLog, info: (fields, event) => lines.push({ event, ...fields }) };
  const receive = reception({
    activeflows: fixture.activeflows,
    log,
    isSaturated: () => isSaturated,
    flowOf,
    onRefused: (...refusal) => refused.push(refusal),
    pages: { phones: new Set(['912345']), flows: { get: async (id) => ({ id, actions: [] }) } },
  });
  return { receive, refused, lines };
}

test('a call to a number nobody has is refused with 404, and recorded without a flow', async () => {
  const fixture = givenCall({ number: '+4930999', from: '+821100000007' });
  const { receive, refused, lines } = given(fixture);
  await receive(fixture.call);
  await pass();
  expect(await fixture.channel.ended.promise).toMatchObject({ status: 404 });
  expect(fixture.types).toEqual(['call_created', 'call_hungup']);
  expect(fixture.of('call_created')).toMatchObject([
    { flow_id: zeroId, activeflow_id: zeroId, status: 'ringing', direction: 'incoming' },
  ]);
  expect(fixture.of('call_hungup')).toMatchObject([
    {
      flow_id: zeroId,
      activeflow_id: zeroId,
      status: 'hangup',
      hangup_by: 'local',
      hangup_reason: 'failed',
      sip_code: 0,
      sip_reason: '',
      hangup_cause: 1,
    },
  ]);
  expect(lines).toEqual([{ event: 'call_refused', call: fixture.call.id, why: 'unknown_number', to: '99' }]);
  expect(refused).toEqual([['unknown_number', true]]);
  fixture.expectNothingLeft();
});

test('a phone in the console calls a flow by its id, which nobody else does', async () => {
  const id = '99bf739a-932f-433c-b1bf-103d33d7e9bb';
  for (const [phone, number, flowId] of [
    ['912345', `flow-${id}`, id],
    ['912345', `flow-${id.toUpperCase()}`, id],
    ['912346', `flow-${id}`, zeroId],
    [undefined, `flow-${id}`, zeroId],
    ['912345', 'flow-1', zeroId],
    ['912345', `x-flow-${id}`, zeroId],
  ] as const) {
    const fixture = givenCall({ number });
    const { receive } = given(fixture);
    await receive(fixture.call, phone);
    await pass();
    expect(fixture.of('call_hungup'), `${number} of ${phone}`).toMatchObject([{ flow_id: flowId }]);
  }
});

test('a caller who gives up before he is refused is recorded as one who hung up', async () => {
  const fixture = givenCall();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const { receive } = given(fixture, { flowOf: () => promise });
  const received = receive(fixture.call);
  fixture.hangup();
  await pass();
  resolve(undefined);
  await received;
  await pass();
  expect(fixture.types).toEqual(['call_created', 'call_hungup']);
  expect(fixture.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
  fixture.expectNothingLeft();
});

test('where the store cannot say who has a number, the call is recorded, and the caller may try another way', async () => {
  const fixture = givenCall();
  const { receive, refused } = given(fixture, { flowOf: () => Promise.reject(new Error('away')) });
  await receive(fixture.call);
  await pass();
  expect(await fixture.channel.ended.promise).toMatchObject({ status: 503 });
  expect(fixture.of('call_hungup')).toMatchObject([{ flow_id: zeroId, hangup_cause: 34 }]);
  expect(refused).toEqual([['routing_failed', true]]);
});

test('what cannot be recorded is not, and is counted', async () => {
  const fixture = givenCall();
  const { receive, refused } = given(fixture, { isSaturated: true });
  await receive(fixture.call);
  await pass();
  expect(fixture.types).toEqual([]);
  expect(refused).toEqual([['saturated', false]]);
  fixture.expectNothingLeft();
});

test('at most ten such calls are recorded in any second, the rest is counted; all get their 404', async () => {
  const fixture = givenCall();
  const { receive, refused } = given(fixture);
  const burst = async (count: number): Promise<void> => {
    const calls: Call[] = [];
    for (let i = 0; i < count; i++) {
      const { ended } = fixture.asterisk.dial({ number: `9${i}` });
      const call = fixture.incoming.at(-1);
      if (call) calls.push(call);
      void receive(call as Call);
      await pass();
      expect(await ended.promise).toMatchObject({ status: 404 });
    }
  };
  await burst(25);
  expect(fixture.of('call_created')).toHaveLength(10);
  expect(refused.filter(([, isRecorded]) => !isRecorded)).toHaveLength(15);
  await pass(999);
  await burst(1);
  expect(fixture.of('call_hungup')).toHaveLength(10);
  await pass(1);
  await burst(12);
  expect(fixture.of('call_hungup')).toHaveLength(20);
  expect(refused).toHaveLength(38);
  fixture.hangup();
  await pass();
  fixture.expectNothingLeft();
});
