import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { ActionError } from '../../../src/core/errors.ts';
import type { OrderedCalls } from '../../../src/outgoing/ordered-calls.ts';
import { givenApi } from '../../support/store-api.ts';
import { givenCall, givenFlow } from '../../support/store-records.ts';

const body = (more: object = {}) => ({
  source: { type: 'tel', target: '+491' },
  destinations: [{ type: 'tel', target: '+492' }],
  ...more,
});

/** An API that notes what calls it was to make. */
async function given(refusal?: Error) {
  const wanted: OrderedCalls[] = [];
  const call = givenCall({ direction: 'outgoing', status: 'dialing' });
  const api = await givenApi({
    makeCalls: async (calls) => {
      wanted.push(calls);
      if (refusal) throw refusal;
      return { calls: [call], later: [] };
    },
  });
  return { api, wanted, call, order: (more?: object) => api.ask('POST', '/calls', body(more)) };
}

test('calls are made as they are ordered, and answered', async () => {
  const { api, wanted, call, order } = await given();
  await using _ = api;
  const actions = [{ type: 'answer' }];
  const variables = { colour: 'red', 'voipbin.call.id': 'forged' };
  expect(await order({ actions, variables, timeout: 5_000 })).toMatchObject({
    status: 200,
    body: { calls: [call], later_calls: [] },
  });
  expect(wanted).toMatchObject([
    {
      source: { target: '+491' },
      destinations: [{ target: '+492' }],
      flow: { id: zeroId, actions: [{ type: 'answer' }] },
      timeout: 5_000,
    },
  ]);
  expect(wanted[0]?.variables).toEqual({ colour: 'red' });
});

test.each(['Replaces', 'join', 'Target-Dialog', 'Request-Disposition', 'Reject-Contact', 'Route', 'v'])(
  'a header that would change where a call goes or what it is, is refused: %s',
  async (name) => {
    const { api, wanted, order } = await given();
    await using _ = api;
    const refused = await order({
      actions: [],
      headers: [
        { name: 'X-Ok', value: '1' },
        { name, value: 'x' },
      ],
    });
    expect(refused.status).toBe(400);
    expect(refused.body.error.details).toMatchObject([{ path: 'headers[1].name' }]);
    expect(wanted).toEqual([]);
  },
);

test('they take what those of the action take: headers, a name, how long the flow waits, and when', async () => {
  const { api, wanted, order } = await given();
  await using _ = api;
  await order({
    actions: [],
    headers: [{ name: 'X-Patient', value: '47\nVia: 11' }],
    caller_id_name: 'Clinic North',
    early_execution: true,
    delay_minutes: 43_200,
  });
  await order({ actions: [] });
  expect(wanted).toMatchObject([
    {
      headers: { 'X-Patient': '47 Via: 11' },
      callerName: 'Clinic North',
      isEarly: true,
      delayMinutes: 43_200,
    },
    { headers: {}, callerName: undefined, isEarly: false, delayMinutes: 0 },
  ]);
});

test('a stored flow is run, and one that is not there is none of ours', async () => {
  const { api, wanted, order } = await given();
  await using _ = api;
  const flow = givenFlow();
  await api.store.flows.insert(flow);
  expect(await order({ flow_id: flow.id })).toMatchObject({ status: 200 });
  expect(wanted[0]?.flow).toMatchObject({ id: flow.id });
  const missing = await order({ flow_id: randomUUID() });
  expect(missing).toMatchObject({ status: 400, body: { error: { details: [{ path: 'flow_id' }] } } });
  expect(wanted).toHaveLength(1);
});

test.each([
  ['DESTINATION_NOT_ALLOWED', 403, 'PERMISSION_DENIED'],
  ['TOO_MANY_CALLS', 429, 'RATE_LIMITED'],
  ['CALLS_TOO_FAST', 429, 'RATE_LIMITED'],
  ['SHUTTING_DOWN', 503, 'UNAVAILABLE'],
  ['OVERLOADED', 503, 'UNAVAILABLE'],
  ['ASTERISK_AWAY', 503, 'UNAVAILABLE'],
  ['NO_ADDRESS', 400, 'INVALID_ARGUMENT'],
  ['UNKNOWN_AGENT', 400, 'INVALID_ARGUMENT'],
  ['AGENT_AWAY', 409, 'CONFLICT'],
  ['NO_TRUNK', 400, 'INVALID_ARGUMENT'],
] as const)('a call that is refused with %s is %i', async (code, status, reason) => {
  const { api, order } = await given(new ActionError(code, 'no'));
  await using _ = api;
  const answer = await order({ actions: [] });
  expect(answer.status).toBe(status);
  expect(answer.body.error).toMatchObject({
    reason,
    details: [{ path: 'destinations', message: `${code}: no` }],
  });
});

test.each([
  ['source.target', { source: { type: 'tel' } }],
  ['destinations', { destinations: [] }],
  ['destinations', { destinations: Array(21).fill({ type: 'tel', target: '+49' }) }],
  ['destinations[0].target', { destinations: [{ type: 'tel', target: 7 }] }],
  ['flow_id', { flow_id: 'x' }],
  ['actions[0].type', { actions: [{ type: 'no_such_action' }] }],
  ['timeout', { timeout: 999 }],
  ['timeout', { timeout: 600_001 }],
  ['variables.a', { variables: { a: 1 } }],
  ['delay_minutes', { delay_minutes: -1 }],
  ['delay_minutes', { delay_minutes: 43_201 }],
  ['delay_minutes', { delay_minutes: 1.5 }],
  ['headers[0].name', { headers: [{ name: 'Route', value: 'x' }] }],
  ['headers[0].name', { headers: [{ name: 'X Y', value: 'x' }] }],
  ['headers[0].value', { headers: [{ name: 'X-Y', value: 7 }] }],
  ['headers', { headers: Array(21).fill({ name: 'X-Y', value: 'x' }) }],
  ['caller_id_name', { caller_id_name: 7 }],
  ['early_execution', { early_execution: 'yes' }],
  ['unknown', { unknown: 1 }],
])('an order whose %s is wrong makes no call', async (path, more) => {
  const { api, wanted, order } = await given();
  await using _ = api;
  const { status, body: answer } = await order(more);
  expect(status).toBe(400);
  expect(answer.error.details.map((detail: { path: string }) => detail.path)).toContain(path);
  expect(wanted).toEqual([]);
});
