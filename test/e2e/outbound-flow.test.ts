import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answering, type InviteHandler, ringing } from '../support/answering.ts';
import type { Phone } from '../support/phone.ts';
import { spawnDaemon } from '../support/processes.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

let system: System;
let ends: WebhookSink;
let trunk: Phone;

const challenge = 'Digest realm="provider", nonce="n0nce", algorithm=MD5, qop="auth"';
/** The contacts that were registered, oldest first. */
const registrations: string[] = [];

/** A provider who wants to know who calls: only who shows a digest for `us` gets through. */
function asking(handler: InviteHandler): InviteHandler {
  return async (call) => {
    const shown = call.header('Proxy-Authorization') ?? '';
    if (/username="us"/.test(shown)) return handler(call);
    call.reject(407, { headers: { 'Proxy-Authenticate': challenge } });
  };
}

/** A provider on this machine: whatever number is called, it is here. */
beforeAll(async () => {
  ends = await WebhookSink.open();
  trunk = await openTrunk();
});
afterEach(() =>
  system.quiet([
    /"code":"[A-Z_]+"/,
    /Playback failed for sound/,
    /ari_not_connected/,
    /Stasis app|outbound websocket/,
    /Web socket closed abruptly|WebSocket read error/,
  ]),
);
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await trunk.close();
  await ends.close();
});

async function openTrunk(): Promise<Phone> {
  const { Phone } = await import('../support/phone.ts');
  const provider = await Phone.open({ user: 'provider' });
  provider.onRegister((request) => {
    const shown = request.headers.get('Authorization') ?? '';
    if (!/username="us"/.test(shown)) return { status: 401, headers: { 'WWW-Authenticate': challenge } };
    registrations.push(request.headers.get('Contact') ?? '');
    return { status: 200, headers: { Contact: registrations.at(-1) ?? '', Expires: '3600' } };
  });
  system = await System.start({
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '+1555,+9199,127.0.0.0/8',
      ARIFLOW_TRUNK_URI: `sip:127.0.0.1:${provider.address.port}`,
      ARIFLOW_TRUNK_USER: 'us',
      ARIFLOW_TRUNK_PASSWORD: 'secret',
      ARIFLOW_TRUNK_REGISTER: 'true',
    },
  });
  return provider;
}

/** Orders two calls over REST, to be made in a minute, and gives the second up; answers the id of the first. */
async function orderedLater(): Promise<string> {
  const { body } = await system.api.post<{ later_calls: { id: string }[] }>('/v1.0/calls', {
    source: { type: 'tel', target: '+15550100' },
    destinations: ['+15550108', '+15550109'].map((target) => ({ type: 'tel', target })),
    actions: [],
    delay_minutes: 1,
    headers: [{ name: 'X-Patient', value: '4711' }],
    caller_id_name: 'Clinic North',
  });
  const [kept, given] = body.later_calls.map(({ id }) => id);
  expect(await system.api.delete(`/v1.0/latercalls/${given}`)).toMatchObject({ status: 200 });
  expect(await system.api.get('/v1.0/latercalls?number=%2B15550100')).toMatchObject({
    body: { result: [{ id: kept, destination: { target: '+15550108' } }, {}] },
  });
  return kept ?? '';
}

async function storedFlow(actions: readonly unknown[]): Promise<string> {
  const { body } = await system.api.post<{ id: string }>('/v1.0/flows', { name: 'called', actions });
  return body.id;
}

describe('internal:createOutbound', () => {
  test('calls the numbers through the trunk, runs the flow on each, and tells the id of the first', async () => {
    trunk.onInvite(answering({ ringFor: 50 }));
    const asked = { key: 'asked', value: '${flow.syskey.clientID} ${flow.syskey.securityID}' };
    const flowId = await storedFlow([
      { id: 'asked', type: 'variable_set', option: asked },
      { type: 'beep' },
      { type: 'hangup' },
    ]);
    const set = (key: string, value: string) => ({ type: 'variable_set', option: { key, value } });
    await system.flowOn('901', [
      set('flow.syskey.apiVersion', '1.0'),
      set('flow.syskey.flowID', flowId),
      set('flow.syskey.contactNumbers', '+1555 0101; +15550102'),
      set('flow.syskey.clientID', '123123123'),
      set('flow.syskey.securityID', 'a'.repeat(64)),
      { type: 'webhook_send', option: { sync: true, uri: 'internal:createOutbound', data: '{}' } },
      {
        id: 'told',
        type: 'variable_set',
        option: { key: 'told', value: '${flow.key.obdResponseCode} ${flow.key.obdPhononUUID}' },
      },
    ]);
    const alice = await system.caller('+15559999');
    const call = await alice.call('901');
    const callId = await system.callTo('901');
    await system.history(callId);
    await call.ended;
    const { data } = await system.sink.waitFor(
      (event) =>
        event.type === 'activeflow_updated' && (event.data.current_action as { id?: string }).id === 'told',
    );
    const [code, activeflowId] = String(
      (data.current_action as { option: { value: string } }).option.value,
    ).split(' ');
    expect(code).toBe('200');
    for (const number of ['+15550101', '+15550102']) await system.history(await system.callTo(number));
    expect(trunk.incoming.map((leg) => leg.called).sort()).toEqual(['+15550101', '+15550102']);
    expect(trunk.incoming.map((leg) => leg.from.user)).toEqual(['901', '901']);
    for (const leg of trunk.incoming) expect(leg.header('P-Asserted-Identity')).toContain('sip:901@');
    const first = system.sink.requests.find(
      ({ type, data }) => type === 'activeflow_created' && data.id === activeflowId,
    );
    expect(first?.data).toMatchObject({ flow_id: flowId, reference_type: 'call' });
    const known = system.sink.requests.flatMap(({ type, data }) => {
      const { id, option } = (data.current_action ?? {}) as { id?: string; option?: { value?: string } };
      return type === 'activeflow_updated' && id === 'asked' ? [option?.value] : [];
    });
    expect(known).toEqual(Array(2).fill(`123123123 ${'a'.repeat(64)}`));
  });

  test('calls that fell due while daemon and Asterisk were away are made when both are back, but for one that was given up', async () => {
    trunk.onInvite(answering({ ringFor: 50, hangUpAfter: 50 }));
    const call = {
      source: { type: 'tel', target: '+15550100' },
      destinations: [{ type: 'tel', target: '+15550107' }],
      delay_minutes: 1,
    };
    await system.flowOn('904', [{ type: 'call', option: call }]);
    const alice = await system.caller('alice');
    await (await alice.call('904')).ended;
    await system.history(await system.callTo('904'));
    const ordered = await orderedLater();
    system.daemon.kill('SIGKILL');
    await system.daemon.exited;
    process.kill(system.asterisk.pid, 'SIGKILL');
    // A minute passes.
    const store = new DatabaseSync(join(system.asterisk.dataDir, 'ariflow.db'), { timeout: 5_000 });
    expect(store.prepare('UPDATE later_calls SET lease_until = 0').run().changes).toBe(2);
    store.close();
    system.daemon = await spawnDaemon(system.env, { readyWithin: 0 });
    await until(() => system.daemon.log.find(({ msg }) => msg === 'ari_not_connected'));
    await system.asterisk.restart();
    const callId = await system.callTo('+15550107');
    await system.history(callId);
    expect(trunk.incoming.filter(({ called }) => called === '+15550107')).toHaveLength(1);
    expect(system.sink.eventsOf(callId).some(({ type }) => type === 'call_answered')).toBe(true);
    const own = await system.callTo('+15550108');
    await system.history(own);
    const created = system.sink.eventsOf(own).find(({ type }) => type === 'call_created');
    expect(created?.data.activeflow_id).toBe(ordered);
    const legs = trunk.incoming.filter(({ called }) => /^\+1555010[89]$/.test(called));
    expect(legs.map((leg) => [leg.called, leg.from.name, leg.header('X-Patient')])).toEqual([
      ['+15550108', 'Clinic North', '4711'],
    ]);
    await system.restartDaemon(); // the API is asked where this one listens
  });

  // The shortest delay is a minute.
  if (isSoak)
    test('later means also after a restart', async () => {
      trunk.onInvite(answering({ ringFor: 50 }));
      const before = trunk.incoming.length;
      const flowId = await storedFlow([{ type: 'hangup' }]);
      await system.flowOn('902', [
        {
          type: 'call',
          option: {
            source: { type: 'tel', target: '+15550100' },
            destinations: [{ type: 'tel', target: '+15550103' }],
            flow_id: flowId,
            delay_minutes: 1,
          },
        },
      ]);
      const alice = await system.caller('alice');
      await (await alice.call('902')).ended;
      await system.history(await system.callTo('902'));
      await system.restartDaemon();
      expect(trunk.incoming.length).toBe(before);
      await until(() => trunk.incoming.length > before, { what: 'the call', timeout: 80_000 });
      await system.history(await system.callTo('+15550103'));
      expect(trunk.incoming.at(-1)?.called).toBe('+15550103');
    }, 120_000);
});

test('the trunk is registered at, with user and password', async () => {
  await until(() => registrations.length > 0, { what: 'a registration' });
  expect(registrations[0]).toMatch(/sip:us@127\.0\.0\.1/);
});

test('a number that is not allowed is not called, by nobody', async () => {
  const { status, body } = await system.api.post<{ error: { details: object[] } }>('/v1.0/calls', {
    source: { type: 'tel', target: '+15550100' },
    destinations: [{ type: 'tel', target: '+4412345' }],
    actions: [],
  });
  expect(status).toBe(403);
  expect(body.error.details).toMatchObject([{ path: 'destinations' }]);
});

test('an agent without an address cannot be called', async () => {
  const agent = await system.api.post<{ id: string }>('/v1.0/agents', {
    username: 'nowhere',
    name: 'Nowhere',
  });
  expect(agent.status).toBe(200);
  const { status, body } = await system.api.post<{ error: { details: object[] } }>('/v1.0/calls', {
    source: { type: 'tel', target: '+15550100' },
    destinations: [{ type: 'agent', target: agent.body.id }],
    actions: [],
  });
  expect(status).toBe(400);
  expect(body.error.details).toMatchObject([{ message: expect.stringContaining('NO_ADDRESS') }]);
});

test('a phone is not called more than a few times at once, whoever asks', async () => {
  const phone = await system.desk('1001');
  phone.onInvite(ringing);
  await phone.register();
  const order = () =>
    system.api.post<{ calls: { id: string }[] }>('/v1.0/calls', {
      source: { type: 'tel', target: '+15550100' },
      destinations: [{ type: 'extension', target: '1001' }],
      actions: [],
    });
  const ids: string[] = [];
  for (let count = 0; count < 4; count++) ids.push((await order()).body.calls[0]?.id ?? '');
  await until(() => phone.incoming.length === 4, { what: 'four legs' });
  expect(await order()).toMatchObject({ status: 429 });
  await system.api.post(`/v1.0/calls/${ids.pop()}/hangup`, {});
  await until(() => phone.incoming.filter(({ end }) => end).length === 1, { what: 'one to end' });
  const next = await eventually(
    async () => {
      const answer = await order();
      return answer.status === 200 ? (answer.body.calls[0]?.id ?? '') : undefined;
    },
    { what: 'room for one more' },
  );
  for (const id of [...ids, next]) await system.api.post(`/v1.0/calls/${id}/hangup`, {});
});

test('a caller who hides his number is anonymous at the trunk', async () => {
  trunk.onInvite(asking(answering({ ringFor: 50, hangUpAfter: 50 })));
  const { body } = await system.api.post<{ calls: { id: string }[] }>('/v1.0/calls', {
    source: { type: 'tel', target: 'anonymous' },
    destinations: [{ type: 'tel', target: '+15550104' }],
    actions: [{ type: 'sleep', option: { duration: 10_000 } }],
  });
  await system.history(body.calls[0]?.id ?? '');
  const leg = trunk.incoming.at(-1);
  expect(leg?.from.uri).toContain('anonymous');
  expect(leg?.called).toBe('+15550104');
  expect(leg?.header('Proxy-Authorization')).toContain('username="us"');
  expect(leg?.header('Privacy')).toBe('id');
});

test('the end of a flow with two legs is told in the form for that', async () => {
  trunk.onInvite(answering({ ringFor: 50, hangUpAfter: 1_100 }));
  await system.api.post('/v1.0/webhooks', { name: 'ends', uri: ends.url, event_types: [], is_default: true });
  const { body: flow } = await system.api.post<{ id: string }>('/v1.0/flows', {
    name: 'two legs',
    end_webhook: true,
    actions: [
      {
        type: 'connect',
        option: { destinations: [{ type: 'tel', target: '+15550105' }], relay_reason: true },
      },
    ],
  });
  await system.api.post('/v1.0/numbers', { number: '903', call_flow_id: flow.id });
  const alice = await system.caller('+15559999');
  const call = await alice.call('903');
  await call.ended;
  const callId = await system.callTo('903');
  await system.history(callId);
  const told = await ends.waitFor(({ data }) => data === undefined || true);
  const { callDetails } = told.body as { callDetails: Record<string, unknown>[] };
  expect(callDetails).toMatchObject([
    { calleeType: 'VISITOR', incoming: true, calleeNumber: '+15559999', didNumber: '903', hangupCause: '16' },
    { calleeType: 'AGENT', calleeNumber: '+15550105', hangupCause: '16', remoteHangup: true },
  ]);
  expect(callDetails[1]).not.toHaveProperty('incoming');
  for (const { duration, cdrId } of callDetails) {
    expect(Number(duration)).toBeGreaterThanOrEqual(1_000);
    expect(cdrId).toMatch(/^[0-9a-f-]{36}##/);
  }
});
