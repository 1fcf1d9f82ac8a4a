import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering, ringing } from '../support/answering.ts';
import { CallCentre, lastCall } from '../support/call-centre.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;
let centre: CallCentre;

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
  centre = new CallCentre(system);
  await system.flowOn('100', [{ type: 'answer' }, { type: 'sleep', option: { duration: 600_000 } }]);
});
afterEach(() => system.quiet());
afterAll(() => system[Symbol.asyncDispose]());

const tags = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;

test('an agent who has called out is rung by a queue once he has hung up; one with call waiting is rung meanwhile', async () => {
  const picksUp = answering({ ringFor: 50 });
  const single = await centre.agent(picksUp, { tag_ids: [tags[0]] });
  const double = await centre.agent(picksUp, { tag_ids: [tags[1]], call_waiting: true });
  const outside = await Promise.all([single, double].map(({ phone }) => phone.call('100')));
  await Promise.all(outside.map(({ answered }) => answered));
  const first = await centre.caller(await centre.numberOf(await centre.queue({ tag_ids: [tags[0]] })));
  const second = await centre.caller(await centre.numberOf(await centre.queue({ tag_ids: [tags[1]] })));
  await centre.moment(second.callId, 'serviced');
  // Whoever brought these two together has seen the other two as well.
  expect(centre.moments(first.callId)).toEqual(['created']);
  expect(single.phone.incoming).toHaveLength(0);
  for (const call of outside) await call.bye();
  await centre.moment(first.callId, 'serviced');
  for (const caller of [first, second]) await centre.leave(caller);
  await centre.dismiss(single, double);
});

test('an agent who is called directly is not rung by a queue, whether he has answered or not', async () => {
  const agent = await centre.agent(ringing);
  const [address] = await addressesOf(agent.id);
  await system.flowOn('101', [{ type: 'connect', option: { destinations: [address] } }]);
  const direct = await (await system.caller('direct')).call('101');
  await until(() => agent.phone.incoming.length === 1, { what: 'the direct call' });
  const queue = await centre.queue();
  const caller = await centre.caller(await centre.numberOf(queue));
  expect(await lastCall(agent).answer()).toBe(true);
  await direct.answered;
  agent.phone.onInvite(answering());
  expect(agent.phone.incoming).toHaveLength(1);
  expect(centre.moments(caller.callId)).toEqual(['created']);
  await direct.bye();
  await centre.moment(caller.callId, 'serviced');
  expect(agent.phone.incoming).toHaveLength(2);
  await centre.leave(caller);
  await centre.dismiss(agent);
});

test('of a queue that is not to be waited in without agents calls leave: who comes, unanswered, and who waits when the last one goes', async () => {
  const agent = await centre.agent(ringing);
  const queue = await centre.queue({ leave_when_empty: true });
  const number = await centre.numberOf(queue);
  const waits = await centre.caller(number);
  await centre.moment(waits.callId, 'entering');
  // On duty is who is busy, too.
  await centre.setStatus(agent, 'busy');
  await until(() => agent.phone.incoming.length === 1);
  lastCall(agent).reject(486);
  const also = await centre.caller(number);
  expect(centre.moments(also.callId)).toEqual(['created']);
  await centre.setStatus(agent, 'away');
  const left = await Promise.all([waits, also].map(({ callId }) => centre.result(callId)));
  expect(left).toEqual(['abandoned empty 0', 'abandoned empty 0']);
  const late = await (await system.caller('late')).call(number);
  const callId = await system.callTo(number);
  expect(await centre.result(callId)).toBe('abandoned empty 0');
  expect(centre.moments(callId)).toEqual(['created', 'kicking', 'abandoned']);
  await late.cancel();
  await system.history(callId);
  expect(late.answeredAt).toBeUndefined();
  for (const caller of [waits, also]) await centre.leave(caller);
  await system.api.delete(`/v1.0/agents/${agent.id}`);
});

async function addressesOf(id: string): Promise<readonly object[]> {
  return (await system.api.get<{ addresses: readonly object[] }>(`/v1.0/agents/${id}`)).body.addresses;
}
