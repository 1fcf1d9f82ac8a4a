import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { type CallFixture, catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const agent_id = 'eb1ac5c0-ff63-47e2-bcdb-5da9c336eb4b';

function addAgent({ outgoing }: CallFixture, method: 'ringall' | 'linear', phones: readonly string[]): void {
  const addresses = phones.map((target) => ({
    type: 'extension',
    target,
    target_name: '',
    name: '',
    detail: '',
  }));
  outgoing.agents.set(agent_id, { method, ring_method: method, addresses, status: 'available' });
}

const called = ({ asterisk }: CallFixture) => asterisk.legs.parties.map(({ endpoint }) => endpoint);

test('rings all phones of the agent, and connects the caller to the one he answers', async () => {
  const given = givenCall();
  addAgent(given, 'ringall', ['1002', '1003']);
  const flow = given.runOne('agent_call', { agent_id });
  await pass(1_000);
  expect(called(given)).toEqual(['PJSIP/1002', 'PJSIP/1003']);
  given.asterisk.legs.parties[1]?.answer();
  await pass(1_000);
  expect(given.asterisk.channels.size).toBe(2);
  expect(flow.variable('voipbin.connect.status')).toBe('answered');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('rings one phone after the other where the agent likes it so, each for a minute', async () => {
  const given = givenCall();
  addAgent(given, 'linear', ['1002', '1003']);
  const flow = given.runOne('agent_call', { agent_id });
  await pass(59_000);
  expect(called(given)).toEqual(['PJSIP/1002']);
  await pass(2_000);
  expect(called(given)).toEqual(['PJSIP/1002', 'PJSIP/1003']);
  await pass(60_000);
  expect(flow.at).toBe('after');
  expect(flow.variable('voipbin.connect.status')).toBe('noanswer');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('an agent without a phone cannot be called, and that is told', async () => {
  const given = givenCall();
  addAgent(given, 'ringall', []);
  const flow = given.runOne('agent_call', { agent_id });
  await pass(1_000);
  expect(flow.at).toBe('after');
  expect(flow.variable('voipbin.connect.status')).toBe('failed');
  expect(given.failures).toEqual(['NO_ADDRESS']);
});

test('an agent who takes a break is not called, and that is told', async () => {
  const given = givenCall();
  given.outgoing.addAgent('1002', agent_id, 'away');
  const flow = given.runOne('agent_call', { agent_id });
  await pass(1_000);
  expect([flow.at, flow.variable('voipbin.connect.status')]).toEqual(['after', 'failed']);
  expect(given.failures).toEqual(['AGENT_AWAY']);
  expect(given.asterisk.legs.parties).toEqual([]);
});

test('an agent who is not there fails', async () => {
  const given = givenCall();
  const flow = given.runOne('agent_call', { agent_id });
  await pass(1_000);
  expect(given.failures).toEqual(['UNKNOWN_AGENT']);
  expect(flow.at).toBe('after');
});

test('is warned of where a flow is checked', () => {
  const { problems, warnings } = checkFlow([{ type: 'agent_call', option: { agent_id } }], catalogue);
  expect(problems).toEqual([]);
  expect(warnings.map(({ message }) => message)).toEqual(['agent_call is deprecated: use connect']);
});
