import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CallFixture, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const agent_id = 'eb1ac5c0-ff63-47e2-bcdb-5da9c336eb4b';

/** A call from this number, which sets a status. */
async function sets(option: object, from = '1002'): Promise<CallFixture> {
  const given = givenCall({ from });
  given.requestPorts.statuses.set('1002', 'busy');
  given.requestPorts.statuses.set(agent_id, 'busy');
  const flow = given.runOne('agent_status', { ...option });
  await pass();
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
  return given;
}

test('sets that of whoever calls, and does not answer him', async () => {
  const given = await sets({ status: 'available' });
  expect(Object.fromEntries(given.requestPorts.statuses)).toEqual({ 1002: 'available', [agent_id]: 'busy' });
  expect(given.failures).toEqual([]);
  expect(given.asterisk.asked).not.toContain('answer');
});

test('sets that of another one', async () => {
  const given = await sets({ status: 'offline', agent_id: agent_id.toUpperCase() });
  expect(Object.fromEntries(given.requestPorts.statuses)).toEqual({ 1002: 'busy', [agent_id]: 'offline' });
});

describe('fails', () => {
  test.each([
    [{ status: 'away' }, '1003'],
    [{ status: 'away', agent_id: 'eb1ac5c0-ff63-47e2-bcdb-5da9c336eb4c' }, '1002'],
  ])('%j from %s: there is no such agent', async (option, from) => {
    expect((await sets(option, from)).failures).toEqual(['UNKNOWN_AGENT']);
  });
});
