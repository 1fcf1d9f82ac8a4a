import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { wavTone } from '../support/audio-files.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { Referee, type RefereeOptions } from '../support/referee.ts';
import { isSoak } from '../support/scale.ts';
import { sipp } from '../support/sipp.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;
let server: MediaServer;
let lastNumber = 700;

beforeAll(async () => {
  server = await MediaServer.open({ '/tone.wav': { body: wavTone({ length: 1_000, frequency: 1_100 }) } });
  system = await System.start({ env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8' } });
});
afterEach(() => system.quiet([/Playback failed for/, /DESTINATION_NOT_ALLOWED/, /web ?socket/i]));
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

/** A phone that calls a number with this flow. */
async function begun(actions: readonly object[]): Promise<OutgoingCall> {
  const number = String(++lastNumber);
  await system.flowOn(number, actions);
  const phone = await system.caller(`caller${number}`);
  return await phone.call(number);
}

/** The same, when the call is known. */
async function calling(...actions: readonly object[]): Promise<{ call: OutgoingCall; callId: string }> {
  const call = await begun(actions);
  return { call, callId: await system.callTo(String(lastNumber)) };
}

const endOf = async (callId: string) =>
  (await system.sink.waitFor(({ type, data }) => type === 'call_hungup' && data.id === callId)).data;

describe('a phone that is asked to call somewhere else', () => {
  const tone = { type: 'play', option: { stream_urls: [`sound:beep`] } };
  const nurse = { type: 'sip', target: 'nurse@127.0.0.1:5999' };

  async function asked(option: object, phone?: RefereeOptions) {
    const call = await begun([{ id: 'refer', type: 'sip_refer', option }, tone, { type: 'hangup' }]);
    const referee = new Referee(phone);
    if (phone) call.referee = referee;
    const callId = await system.callTo(String(lastNumber));
    const end = await call.ended;
    await system.history(callId);
    const told = system.sink.eventsOf(callId).find(({ type }) => type === 'refer_finished')?.data;
    const to = referee.referrals.map(({ headers }) => headers.get('Refer-To'));
    return { call, end, told, to, callId };
  }

  test('and has got through there is hung up, its result told', async () => {
    const notifies = ['SIP/2.0 100 Trying', 'SIP/2.0 200 OK'];
    const { end, told, to, call } = await asked({ destination: nurse }, { notifies });
    expect([end.by, end.how]).toEqual(['them', 'BYE']);
    expect(to).toEqual(['sip:nurse@127.0.0.1:5999']);
    expect(told).toMatchObject({ result: 'transferred', sip_code: 200, reference_type: 'call' });
    expect(call.heard.firstSoundAt()).toBeUndefined();
  });

  test.each([
    ['is refused there', { notifies: ['SIP/2.0 100 Trying', 'SIP/2.0 486 Busy Here'] }, 'failed', 486],
    ['does not want to', { status: 603 }, 'failed', 603],
    ['cannot', undefined, 'failed', 405],
    ['says nothing any more', { notifies: ['SIP/2.0 100 Trying'] }, 'timeout', 0],
  ] as const)('and %s goes on with its flow', async (_, phone, result, sip_code) => {
    const destination = { type: 'extension', target: '1002' };
    const { told, to, call } = await asked({ destination, timeout: 1_000 }, phone);
    expect(told).toMatchObject({ result, sip_code });
    if (phone) expect(to).toEqual([`sip:1002@127.0.0.1:${system.asterisk.sipPort}`]);
    expect(call.heard.firstSoundAt()).toBeDefined();
  });

  test('and hangs up instead has ended its call', async () => {
    const call = await begun([
      { type: 'sip_refer', option: { destination: nurse } },
      tone,
      { type: 'hangup' },
    ]);
    const referee = new Referee({ notifies: ['SIP/2.0 100 Trying'] });
    call.referee = referee;
    await until(() => referee.referrals[0], { what: 'the REFER' });
    await call.bye();
    const callId = await system.callTo(String(lastNumber));
    expect(await system.history(callId)).not.toContain('refer_finished');
    expect(await endOf(callId)).toMatchObject({ hangup_by: 'remote', hangup_reason: 'normal' });
  });

  test('before a kill of the daemon tells what came of it after, and is not asked twice', async () => {
    const call = await begun([
      { type: 'sip_refer', option: { destination: nurse } },
      tone,
      { type: 'hangup' },
    ]);
    const referee = new Referee();
    call.referee = referee;
    await until(() => referee.referrals[0], { what: 'the REFER' });
    const callId = await system.callTo(String(lastNumber));
    system.daemon.kill('SIGKILL');
    await system.daemon.exited;
    await system.restartDaemon();
    await referee.notify(call, ['SIP/2.0 486 Busy Here']);
    await call.ended;
    await system.history(callId);
    const told = system.sink.eventsOf(callId).find(({ type }) => type === 'refer_finished')?.data;
    expect(told).toMatchObject({ result: 'failed', sip_code: 486 });
    expect(referee.referrals).toHaveLength(1);
    expect(call.heard.firstSoundAt()).toBeDefined();
  });

  test('is not asked to call where nobody may be called', async () => {
    const destination = { type: 'sip', target: 'nurse@10.1.2.3' };
    const { told, to, callId } = await asked({ destination }, {});
    expect([told, to]).toEqual([undefined, []]);
    const failed = system.sink.eventsOf(callId).find(({ type }) => type === 'action_failed');
    expect(failed?.data).toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' });
  });
});

test.each([
  [
    'refused-early',
    [
      { type: 'play', option: { stream_urls: ['sound:beep'], answer: false } },
      { type: 'hangup', option: { code: 480, headers: [{ name: 'Reason', value: 'Q.850;cause=21' }] } },
    ],
  ],
  [
    'referred',
    [
      { type: 'answer' },
      { type: 'sleep', option: { duration: 1_000 } },
      { type: 'sip_message', option: { text: 'Your ticket 4711' } },
      { type: 'sip_refer', option: { destination: { type: 'sip', target: 'nurse@127.0.0.1:5999' } } },
    ],
  ],
] as const)('SIPp finds all of it on the wire: %s', async (scenario, actions) => {
  await system.flowOn(scenario, actions);
  const remote = `127.0.0.1:${system.asterisk.sipPort}`;
  const { successful, errors } = await sipp(scenario, { remote, number: scenario, timeout: 30_000 });
  expect(successful, errors).toBe(1);
  await system.history(await system.callTo(scenario));
});

test('a phone is sent texts inside its call, as they are written, and the flow goes on', async () => {
  const texts = ['Ticket 4711, \\n "a" ${voipbin.call.direction} äöü', '{"page": 1}'];
  const { call } = await calling(
    { type: 'sip_message', option: { text: texts[0] } },
    { type: 'sip_message', option: { text: texts[1], content_type: 'application/json' } },
    { type: 'play', option: { stream_urls: ['sound:beep'] } },
    { type: 'hangup' },
  );
  await call.ended;
  expect(call.texts.map(({ body }) => body)).toEqual(['Ticket 4711, \\n "a" incoming äöü', '{"page": 1}']);
  expect(call.texts.map(({ headers }) => headers.get('Content-Type'))).toEqual([
    'text/plain',
    'application/json',
  ]);
  expect(call.heard.firstSoundAt()).toBeDefined();
});

test('what a phone sends inside its call is answered, and changes nothing', async () => {
  const { call } = await calling({ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } });
  await call.answered;
  const text = { body: 'hello', contentType: 'text/plain' };
  const answers = [
    await call.request('INFO'),
    await call.request('MESSAGE', text),
    await call.request('OPTIONS'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 202, 200]);
  await call.bye();
});

test('a call hears that its time is nearly up, and ends', async () => {
  const { call, callId } = await calling(
    { type: 'answer', option: { time_limit: 2_500, time_warning: 1_500 } },
    { type: 'sleep', option: { duration: 60_000 } },
  );
  await call.answered;
  const { by } = await call.ended;
  const heardAt = call.heard.firstSoundAt() ?? 0;
  const [from, end] = [call.answeredAt ?? 0, call.end?.at ?? 0];
  expect(by).toBe('them');
  expect(heardAt - from).toBeGreaterThan(800);
  expect(end - from).toBeGreaterThan(2_400);
  expect(end - from).toBeLessThan(6_000);
  expect(await endOf(callId)).toMatchObject({ hangup_by: 'local', hangup_reason: 'timeout' });
  expect(await system.history(callId)).toContain('call_expiring');
});

describe('a caller who is refused', () => {
  test.each([
    [{ code: 486 }, 486, 'Busy Here', 17],
    [{ code: 433, reason_phrase: 'No withheld numbers' }, 433, 'Anonymity Disallowed', 19],
    [{ code: 607 }, 607, 'Unwanted', 16],
    [
      { code: 480, headers: [{ name: 'Reason', value: 'Q.850;cause=21' }] },
      480,
      'Temporarily Unavailable',
      21,
    ],
  ])('with %o gets the very code on the wire', async (option, status, words, cause) => {
    const { call, callId } = await calling({ type: 'hangup', option });
    const final = await call.final;
    expect([final.status, final.reason]).toEqual([status, words]);
    expect(final.headers.reason).toBe(`Q.850;cause=${cause}`);
    expect(await endOf(callId)).toMatchObject({
      hangup_by: 'local',
      sip_code: status,
      sip_reason: 'reason_phrase' in option ? option.reason_phrase : words,
      hangup_cause: cause,
    });
  });

  test('gets whatever code there is', async () => {
    const all = Array.from({ length: 300 }, (_, index) => 400 + index);
    const codes = isSoak ? all : all.filter((code) => code % 25 === 3);
    const option = { code: '${voipbin.call.destination.target}' };
    const flow = await system.api.post<{ id: string }>('/v1.0/flows', {
      name: 'code',
      actions: [{ type: 'hangup', option }],
    });
    const phone = await system.caller('refused');
    const got = [];
    for (const code of codes) {
      await system.api.post('/v1.0/numbers', { number: String(code), call_flow_id: flow.body.id });
      got.push((await (await phone.call(String(code))).final).status);
    }
    expect(got).toEqual(codes);
  });

  test('has heard why before: early media, and no answer', async () => {
    const { call, callId } = await calling(
      { type: 'play', option: { stream_urls: [`${server.url}/tone.wav`], answer: false } },
      { type: 'talk', option: { text: 'We are closed.', answer: false } },
      { type: 'hangup', option: { code: 480 } },
    );
    const final = await call.final;
    expect(final.status).toBe(480);
    expect(call.answeredAt).toBeUndefined();
    const progress = call.provisional.find(({ status }) => status === 183);
    expect(progress?.body).toContain('m=audio');
    const tones = call.heard.sounds().map(({ frequency }) => frequency && 100 * Math.round(frequency / 100));
    expect(tones).toContain(1_100);
    const types = await system.history(callId);
    expect(types).not.toContain('call_answered');
  });
});
