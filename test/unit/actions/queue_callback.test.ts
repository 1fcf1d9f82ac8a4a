import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const flowId = '212a32a8-9529-11ec-8bf0-8b89df407b6e';

test('in a wait flow lets the caller go on behind the queue; he is called back at the number given', async () => {
  const given = givenCall();
  const destination = { type: 'tel', target: '+4930123' };
  const wait = [{ type: 'queue_callback', option: { destination } }, longSleep];
  given.flows.set(flowId, { id: flowId, actions: checkFlow(wait, catalogue).actions });
  const { id } = given.queues.add({ wait_flow_id: flowId });
  const flow = given.runOne('queue_join', { queue_id: id });
  await pass(500);
  expect(given.queues.last).toMatchObject({ status: 'wait', callback_target: '+4930123' });
  await pass(1_000);
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual([]);
  given.queues.queues.kick(given.queues.last?.id ?? '');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('outside of a queue it fails', async () => {
  const given = givenCall();
  const flow = given.runOne('queue_callback');
  await pass();
  expect([flow.at, given.failures]).toEqual(['after', ['NOT_IN_QUEUE']]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});
