import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadSecrets } from '../../src/config/secrets.ts';
import { readingEvents } from '../support/event-reader.ts';
import { figuresOf } from '../support/figures.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
afterEach(() => system.quiet());
afterAll(() => system[Symbol.asyncDispose]());

const zeroId = '00000000-0000-0000-0000-000000000000';

/** Keys of a call in an event, in the seeds' order. */
const callKeys = [
  'id', 'flow_id', 'type', 'master_call_id', 'chained_call_ids', 'recording_id', 'recording_ids', 'source', 'destination',
  'status', 'action', 'direction', 'hangup_by', 'hangup_reason', 'tm_create', 'tm_update', 'tm_progressing', 'tm_ringing',
  'tm_hangup', 'activeflow_id', 'hold', 'sip_code', 'sip_reason', 'hangup_cause', 'held', 'mute', 'moh',
  'trunk_id', 'flow_revision',
]; // biome-ignore format: a list of names

const activeflowKeys = [
  'id', 'flow_id', 'customer_id', 'reference_type', 'reference_id', 'current_action', 'forward_action_id', 'actions',
  'tm_create', 'tm_update', 'tm_delete',
]; // biome-ignore format: a list of names

test('whoever dials 100 hears speech, interrupts it with a digit, is answered and hung up', async () => {
  const phone = await system.caller();
  const call = await phone.call('100');
  await call.answered;
  const acknowledged = wallTime();
  const speech = await until(() => call.heard.firstSoundAt(acknowledged), { what: 'speech' });
  expect(speech - acknowledged).toBeLessThan(15_000);

  // In the middle of the prompt: it stops, and the branch for the key speaks.
  await until(() => call.heard.sounds().some(({ to }) => to - speech > 400), {
    what: 'the prompt to be under way',
  });
  await call.digits('1', { duration: 100 });
  const pressed = wallTime();
  const callId = await system.callTo('100');
  const about = await system.sink.waitFor(
    ({ type, data }) => type === 'call_updated' && data.id === callId && idOf(data.action) === 'about',
  );
  expect(about.at - pressed).toBeLessThan(3_000); // the prompt would go on for longer
  // What was on its way of the old prompt is heard for a moment longer.
  const begun = wallTime();
  await until(() => call.heard.firstSoundAt(begun + 250), {
    what: 'the answer to the key',
  });
  // It waits for the menu's input, and skips the menu too.
  await call.digits('9');
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE', reason: 'Q.850;cause=16' });

  const types = await system.history(callId);
  expect(types.slice(0, 5)).toEqual([
    'activeflow_created',
    'call_created',
    'activeflow_updated',
    'call_updated',
    'call_answered',
  ]);
  expect(types.slice(-2)).toEqual(['call_hungup', 'activeflow_deleted']);
  for (const once of [
    'call_created',
    'call_answered',
    'call_hungup',
    'activeflow_created',
    'activeflow_deleted',
  ]) {
    expect(types.filter((type) => type === once)).toHaveLength(1);
  }
});

test('a digit during the prompt silences it at once', async () => {
  await system.flowOn('barge', [
    {
      type: 'talk',
      option: {
        text: 'one two three four five six seven eight nine ten eleven twelve '.repeat(3),
        digits_handle: 'next',
      },
    },
    { type: 'digits_receive', option: { duration: 2_000, length: 1 } },
    { type: 'sleep', option: { duration: 1_000 } },
  ]);
  const phone = await system.caller();
  const call = await phone.call('barge');
  await call.answered;
  const speech = await until(() => call.heard.firstSoundAt(0), { what: 'speech' });
  await until(() => wallTime() - speech > 700, { what: 'the prompt to be under way' });
  await call.digits('5', { duration: 80 });
  const released = wallTime();
  await call.ended;
  const lastSound = Math.max(...call.heard.sounds().map(({ to }) => to));
  expect(lastSound).toBeLessThan(released + 2_000); // of fifteen seconds
  const callId = await system.callTo('barge');
  const digits = await system.sink.waitFor(
    ({ type, data }) => type === 'digits_received' && data.reference_id === callId,
  );
  expect(digits.data).toMatchObject({ digits: '5', result: 'length' });
}, 30_000);

test('events have the seeds’ fields in the seeds’ order, and times that never go back', async () => {
  await system.flowOn('shape', [{ type: 'answer' }, { type: 'beep' }]);
  const phone = await system.caller();
  const call = await phone.call('shape');
  await call.ended;
  const callId = await system.callTo('shape');
  await system.history(callId);
  const events = system.sink.eventsOf(callId);
  for (const { body, data, type } of events) {
    expect(Object.keys(body as object)).toEqual(['type', 'data']);
    expect(Object.keys(data)).toEqual(type?.startsWith('call_') ? callKeys : activeflowKeys);
  }
  const calls = events.filter(({ type }) => type?.startsWith('call_'));
  expect(calls[0]?.data).toMatchObject({
    status: 'ringing',
    direction: 'incoming',
    source: { type: 'tel', target: 'test11', target_name: '', name: '', detail: '' },
    destination: { type: 'tel', target: 'shape', target_name: '', name: '', detail: '' },
    action: {
      id: '00000000-0000-0000-0000-000000000001',
      next_id: '00000000-0000-0000-0000-000000000000',
      type: '',
    },
    tm_update: '9999-01-01 00:00:00.000000',
  });
  const updates = calls.slice(1).map(({ data }) => String(data.tm_update));
  expect(updates).toEqual([...updates].sort());
  const answered = calls.find(({ type }) => type === 'call_answered');
  expect(answered?.data).toMatchObject({ status: 'progressing', action: { type: 'answer' } });
  const begun = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}$/);
  expect(answered?.data.action).toEqual(expect.objectContaining({ tm_execute: begun }));
  const last = calls.at(-1)?.data;
  expect(last).toMatchObject({ status: 'hangup', hangup_by: 'local', hangup_reason: 'normal' });
  expect(last?.tm_update).toBe(last?.tm_hangup);
});

interface Delivered {
  readonly type: string;
  readonly state: string;
  readonly call_id: string;
}

test('what belongs to a call is listed by it: activeflows, recordings, deliveries', async () => {
  await system.flowOn('mine', [
    { type: 'answer' },
    { type: 'recording_start', option: { format: 'wav' } },
    { type: 'beep' },
    { type: 'digits_receive', option: { duration: 10_000, length: 1 } },
  ]);
  const phone = await system.caller();
  const calls = await Promise.all([phone.call('mine'), phone.call('mine')]);
  await Promise.all(calls.map(({ answered }) => answered));
  const ids = [await system.callTo('mine'), await system.callTo('mine')];
  const list = async <R extends object>(path: string): Promise<R[]> =>
    (await system.api.get<{ result: R[] }>(`/v1.0/${path}`)).body.result;
  for (const id of ids)
    await until(async () => (await list(`recordings?reference_id=${id}`)).length === 1, {
      what: 'a recording',
    });
  await Promise.all(calls.map((call) => call.digits('5')));
  await Promise.all(calls.map(({ ended }) => ended));
  for (const id of ids) {
    await system.history(id);
    await until(async () => (await list(`recordingfiles?reference_id=${id}`)).length === 1, {
      what: 'its file',
    });
    for (const path of ['activeflows', 'recordings', 'recordingfiles'])
      expect(await list(`${path}?reference_id=${id}`)).toMatchObject([{ reference_id: id }]);
    const told = () => system.sink.eventsOf(id);
    const delivered = () => list<Delivered>(`deliveries?call_id=${id}`);
    await until(
      async () => {
        const all = await delivered();
        return all.length === told().length && all.every(({ state }) => state === 'delivered');
      },
      { what: 'all deliveries to have been made' },
    );
    const all = await delivered();
    expect(all.map(({ type }) => type)).toEqual(system.sink.types(told()).toReversed());
    expect(all.map(({ call_id }) => call_id)).toEqual(all.map(() => id));
  }
});

test('a call to a number nobody has is answered 404, recorded and logged; of many at once a few are, and all are counted', async () => {
  const phone = await system.caller('+4930555777');
  expect(await (await phone.call('+49306667788')).final).toMatchObject({ status: 404 });
  const id = await system.callTo('+49306667788');
  await system.sink.waitFor(({ type, data }) => type === 'call_hungup' && data.id === id);
  const [created, hungup, ...more] = system.sink.eventsOf(id);
  expect([created?.type, hungup?.type, more]).toEqual(['call_created', 'call_hungup', []]);
  expect(created?.data).toMatchObject({ flow_id: zeroId, activeflow_id: zeroId, status: 'ringing' });
  expect(hungup?.data).toMatchObject({
    flow_id: zeroId,
    status: 'hangup',
    hangup_by: 'local',
    hangup_reason: 'failed',
    hangup_cause: 1,
  });
  expect((await system.api.get(`/v1.0/calls/${id}`)).body).toEqual(hungup?.data);
  const lines = () => system.daemon.log.filter(({ call }) => call === id);
  await until(() => lines().some(({ msg }) => msg === 'call_ended'), { what: 'its end in the log' });
  expect(lines()).toMatchObject([
    { msg: 'call_started', flow: zeroId, activeflow: zeroId, direction: 'incoming', from: '77', to: '88' },
    { msg: 'call_refused', why: 'unknown_number', to: '88' },
    { msg: 'call_ended', by: 'local', reason: 'failed', duration: expect.any(Number), code: 0, cause: 1 },
  ]);
  expect(JSON.stringify(system.daemon.log)).not.toMatch(/555777|667788/);

  const begun = performance.now();
  const many = await Promise.all(Array.from({ length: 40 }, () => phone.call('0815')));
  const finals = await Promise.all(many.map(({ final }) => final));
  expect(finals.map(({ status }) => status)).toEqual(many.map(() => 404));
  const most = 10 * Math.ceil((performance.now() - begun) / 1_000 + 1);
  await system.quiet();
  const figures = await figuresOf(system.daemon.url);
  const refused = (recorded: boolean) =>
    figures.get(`ariflow_calls_refused_total{reason="unknown_number",recorded="${recorded}"}`) ?? 0;
  expect(refused(true) + refused(false)).toBe(41);
  expect(refused(true)).toBeLessThanOrEqual(1 + most);
  expect(refused(true)).toBeGreaterThanOrEqual(10);
  expect(figures.get('ariflow_calls_live')).toBe(0);
  expect(figures.get('ariflow_calls_total{direction="incoming",result="failed",sip_code="0"}')).toBe(
    refused(true),
  );
  const { body } = await system.api.get<{ result: unknown[] }>('/v1.0/calls?number=0815');
  expect(body.result).toHaveLength(refused(true) - 1);
});

test('a text message makes no call, whoever sends it, in a call or outside', async () => {
  const [desk, stranger] = [await system.desk('1003'), await system.caller()];
  await desk.register();
  await system.flowOn('texts', [{ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } }]);
  const taken = [
    await desk.message('texts', 'hello'),
    await stranger.message('texts', 'hello'),
    await stranger.message('1003', 'hello'),
  ];
  expect(taken.map(({ status }) => status)).toEqual([202, 202, 202]);
  await system.quiet();
  const call = await stranger.call('texts');
  await call.answered;
  await call.request('MESSAGE', { contentType: 'text/plain', body: 'hello' });
  await call.bye();
  await system.history(await system.callTo('texts'));
  const { body } = await system.api.get<{ result: unknown[] }>('/v1.0/calls?number=texts');
  expect(body.result).toHaveLength(1);
  expect((await system.api.get<{ result: unknown[] }>('/v1.0/calls?number=1003')).body.result).toEqual([]);
});

test('*8 is a number as any other: nobody picks up with it what rings elsewhere', async () => {
  await system.flowOn('*8', [{ type: 'hangup', option: { reason: 'busy' } }]);
  const phone = await system.caller();
  expect(await (await phone.call('*8')).final).toMatchObject({ status: 486 });
});

test('a number nobody has is taken by the default flow once there is one', async () => {
  const phone = await system.caller();
  const lost = await phone.call('nobody');
  expect(await lost.final).toMatchObject({ status: 404 });
  await system.flowOn('default', [{ type: 'hangup', option: { reason: 'busy' } }]);
  const taken = await phone.call('nobody');
  expect(await taken.final).toMatchObject({ status: 486 });
});

test.each([
  ['normal', 603],
  ['cancel', 603],
  ['busy', 486],
  ['noanswer', 480],
  ['failed', 503],
])('hangup with reason %s before the answer is SIP %i', async (reason, status) => {
  await system.flowOn(`h-${reason}`, [{ type: 'hangup', option: { reason } }]);
  const phone = await system.caller();
  const call = await phone.call(`h-${reason}`);
  expect(await call.final).toMatchObject({ status });
  const callId = await system.callTo(`h-${reason}`);
  await system.history(callId);
  const end = system.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup');
  expect(end?.data).toMatchObject({ hangup_by: 'local', hangup_reason: reason });
});

test('a flow that is stopped by API hangs up; a call too', async () => {
  const phone = await system.caller();
  for (const what of ['activeflows', 'calls'] as const) {
    await system.flowOn(what, [{ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } }]);
    const call = await phone.call(what);
    await call.answered;
    const callId = await system.callTo(what);
    const live = await system.api.get<{ result: { id: string; reference_id: string }[] }>(
      '/v1.0/activeflows',
    );
    const activeflow = live.body.result.find(({ reference_id }) => reference_id === callId);
    const path = what === 'calls' ? `calls/${callId}/hangup` : `activeflows/${activeflow?.id}/stop`;
    expect(await system.api.post(`/v1.0/${path}`)).toMatchObject({ status: 200 });
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
    const types = await system.history(callId);
    expect(types.filter((type) => type === 'call_hungup')).toHaveLength(1);
    expect((await system.api.get(`/v1.0/calls/${callId}`)).body).toMatchObject({
      status: 'hangup',
      hangup_by: 'local',
    });
  }
});

test('variables, SIP headers and goto work on a real call', async () => {
  await system.flowOn('vars', [
    { type: 'answer' },
    { type: 'variable_set', option: { key: 'greeting', value: 'hello ${voipbin.call.source.target}' } },
    { id: 'again', type: 'variable_set', option: { key: 'count', value: '${count}x' } },
    { type: 'goto', option: { target_id: 'again', loop_count: 2 } },
    { type: 'variable_set', option: { key: 'tag', value: '${voipbin.call.sip.header.X-Customer}' } },
    { id: 'wait', type: 'sleep', option: { duration: '${missing}20000' } },
    { type: 'sleep', option: { duration: 20_000 } },
  ]);
  const phone = await system.caller('carol');
  const call = await phone.call('vars', { headers: { 'X-Customer': 'ACME 42' } });
  await call.answered;
  const callId = await system.callTo('vars');
  const failed = await system.sink.waitFor(
    ({ type, data }) => type === 'action_failed' && data.reference_id === callId,
  );
  expect(failed.data).toMatchObject({ action: { id: 'wait', type: 'sleep' }, code: 'INVALID_OPTION' });
  expect(failed.data.message).toMatch(/^duration: .*: `missing` has no value$/);
  const variables = await system.api.get(`/v1.0/activeflows/${String(failed.data.activeflow_id)}/variables`);
  expect(variables.body).toMatchObject({
    greeting: 'hello carol',
    count: 'xxx',
    tag: 'ACME 42',
    'voipbin.action.error.code': 'INVALID_OPTION',
  });
  await call.bye();
  await system.history(String(failed.data.reference_id));
  await system.quiet([/action_failed/]);
  system.daemon.log.length = 0;
});

function idOf(action: unknown): unknown {
  return (action as { id?: unknown } | undefined)?.id; // an action in an event
}

test('whoever looks on reads of a call what webhooks are told, in that order, and comes back without a loss', async () => {
  const flowId = await system.flowOn('looked-at', [
    { type: 'answer' },
    { type: 'digits_receive', option: { length: 1, duration: 20_000 } },
    { type: 'beep' },
    { type: 'hangup' },
  ]);
  const headers = { authorization: `Bearer ${loadSecrets(system.asterisk.dataDir).api_token}` };
  const look = (lastId = '') =>
    readingEvents(
      `${system.daemon.url}/v1.0/events/stream?flow_id=${flowId}&last_event_id=${lastId}`,
      headers,
    );
  const first = await look();
  const call = await (await system.caller()).call('looked-at');
  await call.answered;
  await until(() => first.told().some(({ type }) => type === 'call_answered'));
  await first[Symbol.asyncDispose]();
  await call.digits('5');
  await using second = await look(first.events.at(-1)?.id);
  await call.ended;
  const types = await system.history(await system.callTo('looked-at'));
  await until(() => second.told().at(-1)?.type === 'activeflow_deleted');
  const read = [...first.told(), ...second.told()].map(({ type }) => type);
  expect(read).toEqual(types);
  expect(second.events.some(({ event }) => event === 'gap')).toBe(false);
  // Then the numbers are another daemon's; nor does one that stops wait for who looks on.
  await system.restartDaemon();
  await second.ended;
  await using third = await look(second.events.at(-1)?.id);
  await until(() => third.events.length > 0);
  expect(third.events[0]?.event).toBe('gap');
});
