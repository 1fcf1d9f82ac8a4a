import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TimelineEvent } from '../../../src/api/timeline.ts';
import { neverTime } from '../../../src/core/clock.ts';
import { eventually } from '../../support/until.ts';
import { WebhookSink } from '../../support/webhook-sink.ts';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';
import { givenFakeTools } from '../../support/wire/fake-tools.ts';

const tools = givenFakeTools();
afterAll(() => tools[Symbol.dispose]());

let daemon: WholeDaemon;
let server: WebhookSink;
beforeAll(async () => {
  server = await WebhookSink.open();
  daemon = await givenWholeDaemon({ ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8' });
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

interface Call {
  readonly id: string;
  readonly status: string;
  readonly action: { readonly id: string };
}

interface Timeline {
  readonly is_traced: boolean;
  readonly is_cut: boolean;
  readonly events: readonly TimelineEvent[];
}

async function flowOn(number: string, actions: readonly object[], more: object = {}): Promise<void> {
  const { body } = await daemon.api.post<{ id: string }>('/v1.0/flows', { name: number, actions, ...more });
  expect(body.id, JSON.stringify(body)).toBeTypeOf('string');
  await daemon.api.post('/v1.0/numbers', { number, call_flow_id: body.id });
}

async function callTo(number: string): Promise<Call> {
  const { body } = await daemon.api.get<{ result: Call[] }>(`/v1.0/calls?number=${number}`);
  return body.result[0]!;
}

async function isAt(number: string, action: string): Promise<Call> {
  await eventually(async () => (await callTo(number))?.action.id === action, { what: action });
  return callTo(number);
}

async function isOver(number: string): Promise<Call> {
  await eventually(async () => (await callTo(number))?.status === 'hangup', { what: 'the end' });
  return callTo(number);
}

async function timelineOf({ id }: Call): Promise<Timeline> {
  return (await daemon.api.get<Timeline>(`/v1.0/calls/${id}/timeline`)).body;
}

const of = ({ events }: Timeline, type: string) => events.filter((event) => event.type === type);

test('every call has its actions with their times, where they have led and what has failed', async () => {
  daemon.asterisk.missingSounds.add('sound:missing');
  await flowOn('301', [
    { id: 'answer', type: 'answer' },
    { id: 'play', type: 'play', option: { stream_urls: ['sound:missing'] }, on_error_id: 'set' },
    { id: 'never', type: 'beep' },
    { id: 'set', type: 'variable_set', option: { key: 'pin', value: 'of its own' } },
    { id: 'digit', type: 'digits_receive', option: { length: 1 } },
    { id: 'beep', type: 'beep' },
    { id: 'end', type: 'hangup' },
  ]);
  const channel = daemon.asterisk.dial({ number: '301' });
  const call = await isAt('301', 'digit');
  const begun = of(await timelineOf(call), 'action');
  expect(begun.map(({ id }) => id)).toEqual(['answer', 'play', 'set', 'digit']);
  expect(begun.at(-1)).toMatchObject({ tm_end: neverTime, what: 'digits_receive', data: {} });
  daemon.asterisk.press(channel, '7');
  await isOver('301');
  const timeline = await timelineOf(call);
  expect(timeline).toMatchObject({ call_id: call.id, is_traced: false, is_cut: false });
  const actions = of(timeline, 'action');
  expect(actions.map(({ id, what, data }) => [id, what, data])).toEqual([
    ['answer', 'answer', { next: 'next' }],
    ['play', 'play', { next: 'to', to: 'set', code: 'PLAYBACK_FAILED', message: expect.any(String) }],
    ['set', 'variable_set', { next: 'next' }],
    ['digit', 'digits_receive', { next: 'next' }],
    ['beep', 'beep', { next: 'next' }],
    ['end', 'hangup', { next: expect.stringMatching(/^(finish|interrupted)$/) }],
  ]);
  for (const { tm, tm_end } of actions) expect(tm <= tm_end && tm_end < neverTime).toBe(true);
  const times = timeline.events.map(({ tm }) => tm);
  expect(times).toEqual([...times].sort());
  expect(of(timeline, 'call').map(({ what }) => what)).toEqual(['created', 'answered', 'hungup']);
  expect(of(timeline, 'flow')).toMatchObject([{ data: { flow_revision: 1 } }]);
  expect(of(timeline, 'playback')).toMatchObject([
    { what: 'sound:missing', data: { result: 'failed' } },
    { what: 'sound:beep', data: {} },
  ]);
  for (const traced of ['digit', 'variables', 'request']) expect(of(timeline, traced)).toEqual([]);
  expect(JSON.stringify(timeline)).not.toContain('of its own');
});

test('a flow that is traced has its variables, digits, requests and replies too, without what is secret', async () => {
  const reply = { customer: 'Ada', token: 'from-the-server', next: { password: 'hunter2' } };
  server.respondTo(({ path }) => path.startsWith('/ask'), { body: JSON.stringify(reply) });
  await flowOn(
    '302',
    [
      { type: 'answer' },
      { id: 'keys', type: 'digits_receive', option: { length: 2 } },
      {
        id: 'ask',
        type: 'webhook_send',
        option: {
          sync: true,
          uri: `${server.url}/ask?api_key=in-the-query`,
          auth: { type: 'bearer', token: 'in-the-header' },
          headers: [{ name: 'X-Api-Key', value: 'in-a-header' }],
          data: JSON.stringify({ digits: '${voipbin.call.digits}', secret: 'in-the-body' }),
          response: { type: 'json' },
        },
      },
      { id: 'token', type: 'variable_set', option: { key: 'my.token', value: 'in-a-variable' } },
      { id: 'rest', type: 'sleep', option: { duration: 600_000 } },
    ],
    { trace: true },
  );
  const channel = daemon.asterisk.dial({ number: '302' });
  await isAt('302', 'keys');
  daemon.asterisk.press(channel, '42');
  const call = await isAt('302', 'rest');
  const timeline = await timelineOf(call);
  expect(timeline).toMatchObject({ is_traced: true, is_cut: false });
  expect(of(timeline, 'digit').map(({ what }) => what)).toEqual(['4', '2']);
  const [request] = of(timeline, 'request');
  expect(request).toMatchObject({ what: 'POST', id: 'ask', step: 3 });
  expect(request?.data).toMatchObject({ url: `${server.url}/ask?api_key=********`, status: 200 });
  expect(JSON.parse(String(request?.data.body))).toEqual({ digits: '42', secret: '********' });
  const asked = server.requests.find(({ path }) => path.startsWith('/ask'));
  expect(asked?.body).toEqual({ digits: '42', secret: 'in-the-body' });
  expect(JSON.parse(String(request?.data.reply))).toMatchObject({ customer: 'Ada', token: '********' });
  const set = of(timeline, 'variables').flatMap(({ step, data }) =>
    (data.set as { name: string; before: string; after: string }[]).map((one) => ({ step, ...one })),
  );
  expect(set).toContainEqual({ step: 2, name: 'voipbin.call.digits', before: '', after: '42' });
  expect(set).toContainEqual({ step: 4, name: 'my.token', before: '', after: '********' });
  daemon.asterisk.hangup(channel);
  const after = await timelineOf(await isOver('302'));
  const secrets = /in-the-query|in-the-header|in-a-header|in-the-body|in-a-variable|from-the-server|hunter2/;
  expect(JSON.stringify(after)).not.toMatch(secrets);
  expect(of(after, 'flow')).toMatchObject([{ tm_end: after.events.at(-1)?.tm }]);
  expect(of(after, 'action').at(-1)).toMatchObject({ id: 'rest', data: { next: 'interrupted' } });
});

test('digits that are for the flow alone are nowhere in it', async () => {
  server.respondTo(({ path }) => path === '/pin', { body: '{"echo":"97#1"}' });
  await flowOn(
    '303',
    [
      { type: 'answer' },
      { id: 'record', type: 'recording_start', option: { digits: 'absorb' } },
      { id: 'keys', type: 'digits_receive', option: { length: 4 } },
      {
        id: 'pin',
        type: 'webhook_send',
        option: { sync: true, uri: `${server.url}/pin`, data: '{"pin":"${voipbin.call.digits}"}' },
      },
      { id: 'rest', type: 'sleep', option: { duration: 600_000 } },
    ],
    { trace: true },
  );
  const channel = daemon.asterisk.dial({ number: '303' });
  await isAt('303', 'keys');
  daemon.asterisk.press(channel, '97#1');
  const timeline = await timelineOf(await isAt('303', 'rest'));
  expect(server.requests.find(({ path }) => path === '/pin')?.body).toEqual({ pin: '97#1' });
  expect(of(timeline, 'digit')).toMatchObject([{ what: '***' }]);
  expect(of(timeline, 'request')).toMatchObject([{ data: { status: 200 } }]);
  expect(JSON.stringify(timeline)).not.toContain('97#1');
  daemon.asterisk.hangup(channel);
});

test('with `trace_digits: mask` it has no digits, nor what is made of them, and webhooks have them as ever', async () => {
  server.respondTo(({ path }) => path.startsWith('/account'), { body: '{"account":"4711","level":"gold"}' });
  const option = { sync: true, uri: `${server.url}/account?digits=\${pin}`, response: { type: 'json' } };
  const digit = { type: 'digits_receive', option: { length: 1 } };
  const append = { type: 'variable_set', option: { key: 'pin', value: '${pin}${voipbin.call.digits}' } };
  await flowOn(
    '307',
    [
      { type: 'answer' },
      { id: 'menu', ...digit },
      { id: 'keys', type: 'digits_receive', option: { length: 4 } },
      { id: 'one', ...digit },
      append,
      { id: 'two', ...digit },
      append,
      { id: 'ask', type: 'webhook_send', option },
      {
        id: 'path',
        type: 'webhook_send',
        option: { sync: true, uri: `${server.url}/account/4711/${'${pin}'}` },
      },
      { type: 'variable_set', option: { key: 'pin', value: 'again' } },
      { type: 'variable_set', option: { key: 'code', value: 'it was 4711' } },
      { id: 'rest', type: 'sleep', option: { duration: 600_000 } },
    ],
    { trace: true, trace_digits: 'mask' },
  );
  const channel = daemon.asterisk.dial({ number: '307' });
  for (const [action, keys] of Object.entries({ menu: '5', keys: '4711', one: '8', two: '6' })) {
    await isAt('307', action);
    daemon.asterisk.press(channel, keys);
  }
  const timeline = await timelineOf(await isAt('307', 'rest'));
  expect(timeline).toMatchObject({ is_traced: true });
  expect(of(timeline, 'digit').map(({ what }) => what)).toEqual(['***', '***', '***', '***']);
  const set = of(timeline, 'variables').flatMap(({ data }) => data.set as { name: string; after: string }[]);
  const values = (wanted: string) => set.filter(({ name }) => name === wanted).map(({ after }) => after);
  expect(values('voipbin.call.digits')).toEqual(['***', '***', '***', '***']);
  expect(values('pin')).toEqual(['***', '***', '***']);
  expect(values('code')).toEqual(['***']);
  expect(values('voipbin.digits_receive.result')).toEqual(['length']);
  const [request, inPath] = of(timeline, 'request');
  expect(inPath?.data).toMatchObject({ url: `${server.url}/***`, status: 200 });
  expect(request?.data).toMatchObject({ url: `${server.url}/account`, status: 200, reply: '***' });
  expect(request?.data).not.toHaveProperty('body');
  const told = ['digit', 'variables', 'request'].flatMap((type) => of(timeline, type));
  const data = told.map((event) => event.data);
  expect(JSON.stringify(data).replaceAll(server.url, '')).not.toMatch(/4711|"86?"|=86/);
  expect(server.requests.find(({ path }) => path.startsWith('/account'))?.path).toBe('/account?digits=86');
  daemon.asterisk.hangup(channel);
});

test('what is too much for one call is cut, and it says so; its actions stay', async () => {
  const body = JSON.stringify({ text: 'x'.repeat(20_000) });
  server.respondTo(({ path }) => path === '/much', { body });
  const option = { sync: true, uri: `${server.url}/much` };
  await flowOn(
    '304',
    [
      { id: 'again', type: 'webhook_send', option },
      { id: 'loop', type: 'goto', option: { target_id: 'again', loop_count: 40 } },
      { id: 'rest', type: 'sleep', option: { duration: 600_000 } },
    ],
    { trace: true },
  );
  const channel = daemon.asterisk.dial({ number: '304' });
  const timeline = await timelineOf(await isAt('304', 'rest'));
  expect(timeline).toMatchObject({ is_traced: true, is_cut: true });
  const traced = timeline.events.filter(({ type }) => type === 'request' || type === 'variables');
  expect(traced.length).toBeGreaterThan(5);
  expect(JSON.stringify(traced).length).toBeLessThan(262_144 * 1.3);
  expect(of(timeline, 'action')).toHaveLength(41 + 41 + 1);
  daemon.asterisk.hangup(channel);
});

test('a call that was sent to another flow has both on it, and its holds', async () => {
  const rest = { type: 'sleep', option: { duration: 600_000 } };
  await flowOn('305', [{ type: 'answer' }, { id: 'first', ...rest }]);
  const channel = daemon.asterisk.dial({ number: '305' });
  const { id } = await isAt('305', 'first');
  const path = `/v1.0/calls/${id}`;
  await daemon.api.post(`${path}/hold`);
  await eventually(async () => (await daemon.api.get<{ held: boolean }>(path)).body.held, { what: 'hold' });
  await daemon.api.delete(`${path}/hold`);
  await eventually(async () => !(await daemon.api.get<{ held: boolean }>(path)).body.held, {
    what: 'no hold',
  });
  await daemon.api.post(`${path}/redirect`, { actions: [{ id: 'second', ...rest }] });
  const timeline = await timelineOf(await isAt('305', 'second'));
  const [before, now] = of(timeline, 'flow');
  expect(before?.tm_end).toBe(now?.tm);
  expect(now).toMatchObject({ what: '00000000-0000-0000-0000-000000000000', tm_end: neverTime });
  const actions = of(timeline, 'action');
  expect(actions.map(({ id: action, data }) => [action, data.next]).slice(1)).toEqual([
    ['first', 'interrupted'],
    ['second', undefined],
  ]);
  const [held] = of(timeline, 'hold');
  expect(held).toMatchObject({ what: 'held' });
  expect(held!.tm_end > held!.tm && held!.tm_end < neverTime).toBe(true);
  daemon.asterisk.hangup(channel);
});

test('what is played to a call that rests has an end as soon as it is over', async () => {
  await flowOn('308', [{ type: 'answer' }, { id: 'rest', type: 'sleep', option: { duration: 600_000 } }]);
  const channel = daemon.asterisk.dial({ number: '308' });
  const call = await isAt('308', 'rest');
  const order = { stream_urls: ['sound:hello'] };
  expect((await daemon.api.post(`/v1.0/calls/${call.id}/play`, order)).status).toBe(200);
  const played = async () =>
    of(await timelineOf(call), 'playback').find(({ what }) => what === 'sound:hello');
  await eventually(async () => ((await played())?.tm_end ?? neverTime) < neverTime, { what: 'its end' });
  daemon.asterisk.hangup(channel);
});

test('only what is asked for is answered', async () => {
  const { id } = await callTo('302');
  const path = `/v1.0/calls/${id}/timeline`;
  const { body } = await daemon.api.get<Timeline>(`${path}?type=digit,request`);
  expect(body.events.map(({ type }) => type)).toEqual(['digit', 'digit', 'request']);
  expect((await daemon.api.get(`${path}?type=digits`)).status).toBe(400);
});

test('there is none of what is no call', async () => {
  const { status } = await daemon.api.get('/v1.0/calls/none/timeline');
  expect(status).toBe(404);
});
