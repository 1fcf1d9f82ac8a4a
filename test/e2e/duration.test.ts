import { afterAll, beforeAll, expect, test } from 'vitest';
import { System } from '../support/system.ts';

let system: System;

beforeAll(async () => {
  system = await System.start({ env: { ARIFLOW_CALL_MAX_DURATION: '1s' } });
});
afterAll(() => system[Symbol.asyncDispose]());

test('a call that reaches the longest duration is ended by us, and the events say why', async () => {
  await system.flowOn('long', [{ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } }]);
  const phone = await system.caller();
  const call = await phone.call('long');
  await call.answered;
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  const callId = await system.callTo('long');
  await system.history(callId);
  const end = system.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup');
  expect(end?.data).toMatchObject({ hangup_by: 'local', hangup_reason: 'timeout' });
  await system.quiet();
});
