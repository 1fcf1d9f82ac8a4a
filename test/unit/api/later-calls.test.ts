import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Parts } from '../../../src/api/parts.ts';
import { now, zeroId } from '../../../src/core/clock.ts';
import { ActionError } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { LaterCalls } from '../../../src/outgoing/later-calls.ts';
import { makeCalls } from '../../../src/outgoing/ordered-calls.ts';
import { givenApi } from '../../support/store-api.ts';

/** An API by which calls are ordered for later, as in the daemon; none is ever due. */
async function given() {
  const scope = new Scope((error) => expect.fail(String(error)));
  const makers: { calls?: Parts['makeCalls'] } = {};
  const refused: string[] = [];
  const api = await givenApi({ makeCalls: (calls) => makers.calls!(calls) });
  const later = new LaterCalls({
    ...{ store: api.store.laterCalls, flows: api.store.flows, log: silentLog, scope },
    isReady: () => false,
    outgoing: {
      start: () => expect.fail('nobody is called'),
      check: ({ target }) => {
        if (target === '+110') throw new ActionError('DESTINATION_NOT_ALLOWED', 'no');
      },
    },
    onRefused: () => undefined,
  });
  makers.calls = (calls) =>
    makeCalls(calls, {
      outgoing: {
        partiesOf: async (destination) => ({ method: 'ringall', addresses: [destination] }),
        startAll: () => expect.fail('nobody is called'),
      },
      later: (requests) => later.later(requests),
      onRefused: ({ code }) => refused.push(code),
    });
  const order = async (targets: readonly string[], more: object = {}) => {
    const destinations = targets.map((target) => ({ type: 'tel', target }));
    const source = { type: 'tel', target: '+491', target_name: 'City Clinic' };
    return api.ask('POST', '/calls', { source, destinations, actions: [], delay_minutes: 30, ...more });
  };
  const listed = async (query: string): Promise<string[]> => {
    const { status, body } = await api.ask('GET', `/latercalls?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return body.result.map(({ destination }: { destination: { target: string } }) => destination.target);
  };
  return { api, order, listed, refused, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

test('calls ordered for later are answered as what they are, and are there until they are made', async () => {
  await using fixture = await given();
  const { api, order } = fixture;
  const { status, body } = await order(['+492', '+493'], { caller_id_name: 'Clinic North' });
  expect(status).toBe(200);
  expect(body.calls).toEqual([]);
  expect(body.later_calls).toMatchObject([
    { flow_id: zeroId, destination: { target: '+492' }, caller_id_name: 'Clinic North' },
    { flow_id: zeroId, destination: { target: '+493' }, source: { target: '+491' } },
  ]);
  const [first] = body.later_calls;
  const due = Date.parse(`${first.tm_due.replace(' ', 'T')}Z`);
  expect(due - now()).toBeGreaterThan(29 * 60_000);
  expect(due - now()).toBeLessThanOrEqual(30 * 60_000);
  expect(await api.ask('GET', `/latercalls/${first.id}`)).toMatchObject({ status: 200, body: first });
  const stored = await api.store.laterCalls.claim({ now: due + 1_000, until: due + 2_000, limit: 9 });
  expect(stored.map(({ id }) => id)).toContain(first.id);
});

test('one is given up once, and is not there any more', async () => {
  await using fixture = await given();
  const { api, order, listed } = fixture;
  const { body } = await order(['+492', '+493']);
  const [first] = body.later_calls;
  expect(await api.ask('DELETE', `/latercalls/${first.id}`)).toMatchObject({ status: 200, body: first });
  expect(await api.ask('DELETE', `/latercalls/${first.id}`)).toMatchObject({ status: 404 });
  expect(await api.ask('GET', `/latercalls/${first.id}`)).toMatchObject({ status: 404 });
  expect(await listed('')).toEqual(['+493']);
});

test('they are listed newest first, by pages, by number, flow, time and what is in their names', async () => {
  await using fixture = await given();
  const { api, order, listed } = fixture;
  const { body: flow } = await api.ask('POST', '/flows', { name: 'reminder' });
  await order(['+492']);
  const { body } = await order(['+493'], { flow_id: flow.id });
  const [{ tm_create }] = body.later_calls;
  expect(await listed('')).toEqual(['+493', '+492']);
  const page = await api.ask('GET', '/latercalls?page_size=1');
  expect(await listed(`page_size=1&page_token=${page.body.next_page_token}`)).toEqual(['+492']);
  expect(await listed('number=%2B491')).toEqual(['+493', '+492']);
  expect(await listed('number=%2B492')).toEqual(['+492']);
  expect(await listed(`flow_id=${flow.id}`)).toEqual(['+493']);
  expect(await listed(`since=${encodeURIComponent(tm_create)}`)).toEqual(['+493']);
  expect(await listed(`until=${encodeURIComponent(tm_create)}`)).toEqual(['+492']);
  expect(await listed('search=CITY')).toEqual(['+493', '+492']);
  expect(await listed('search=493')).toEqual(['+493']);
  expect(await listed('search=493&number=%2B492')).toEqual([]);
});

test.each(['number=', 'flow_id=x', 'since=yesterday', 'until=1', 'page_size=0', 'page_token=x', 'status=x'])(
  'a list of %s is refused, or empty',
  async (query) => {
    await using fixture = await given();
    const { status, body } = await fixture.api.ask('GET', `/latercalls?${query}`);
    if (query === 'number=') expect(body.result).toEqual([]);
    else
      expect({ status, path: body.error.details[0].path }).toEqual({
        status: 400,
        path: /^\w+/.exec(query)?.[0],
      });
  },
);

test('where one destination is refused none is stored, and that is told', async () => {
  await using fixture = await given();
  const { order, listed, refused } = fixture;
  const { status, body } = await order(['+492', '+110']);
  expect({ status, details: body.error.details }).toEqual({
    status: 403,
    details: [{ path: 'destinations', message: 'DESTINATION_NOT_ALLOWED: no' }],
  });
  expect(refused).toEqual(['DESTINATION_NOT_ALLOWED']);
  expect(await listed('')).toEqual([]);
});

test('nobody has a call of another id', async () => {
  await using fixture = await given();
  const { api } = fixture;
  for (const method of ['GET', 'DELETE'] as const)
    expect(await api.ask(method, `/latercalls/${randomUUID()}`)).toMatchObject({ status: 404 });
});
