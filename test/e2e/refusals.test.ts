import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answering, type InviteHandler, rejecting, ringing } from '../support/answering.ts';
import type { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;

beforeAll(async () => {
  system = await System.start({
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8,nobody.invalid',
      ARIFLOW_OUTBOUND_CPS: '1000',
      ARIFLOW_RTP_TIMEOUT: '5s',
    },
  });
});
// Asterisk warns of a host without an address, and of a phone that has gone.
afterEach(() => system.quiet([/nobody\.invalid|resolve|Unable to (create|find)/i, /RTP/, /no audio/i]));
afterAll(() => system[Symbol.asyncDispose]());

type Fields = Readonly<Record<string, unknown>>;

async function phone(handler: InviteHandler): Promise<Phone> {
  const one = await system.caller('callee');
  one.onInvite(handler);
  return one;
}

const at = (target: string): object => ({ type: 'sip', target: target.replace(/^sip:/, '') });

/** Calls by REST, with a flow that stays; answers the call's id. */
async function called(destination: object, more: object = {}): Promise<string> {
  const { status, body } = await system.api.post<{ calls: { id: string }[] }>('/v1.0/calls', {
    source: { type: 'tel', target: '+4930' },
    destinations: [destination],
    actions: [{ type: 'sleep', option: { duration: 600_000 } }],
    ...more,
  });
  expect({ status, body }).toMatchObject({ status: 200 });
  return body.calls[0]?.id ?? '';
}

async function hungUp(id: string, timeout = 10_000): Promise<Fields> {
  const isIt = ({ type, data }: { type?: string | undefined; data: Fields }): boolean =>
    type === 'call_hungup' && data.id === id;
  return (await system.sink.waitFor(isIt, { timeout })).data;
}

/** How a call by REST to this phone ends. */
async function endOf(handler: InviteHandler, more: object = {}): Promise<Fields> {
  return hungUp(await called(at((await phone(handler)).contact), more));
}

describe('the response in a call’s record', () => {
  test.each([
    [403, 'Forbidden', 21, 'failed'],
    [486, 'Busy Here', 17, 'busy'],
    [480, 'Temporarily Unavailable', 19, 'noanswer'],
    [408, 'Request Timeout', 18, 'noanswer'],
    [404, 'Not Found', 1, 'failed'],
    [503, 'Service Unavailable', 34, 'failed'],
    [603, 'Decline', 21, 'noanswer'],
    [302, 'Moved Temporarily', 23, 'failed'],
  ] as const)(
    'is the %d the far end sent, in the webhook, by REST and in the log',
    async (status, words, cause, reason) => {
      const headers: Record<string, string> = status === 302 ? { Contact: '<sip:x@127.0.0.1:9>' } : {};
      const end = await endOf(rejecting(status, { headers }));
      expect(end).toMatchObject({
        hangup_by: 'remote',
        hangup_reason: reason,
        sip_code: status,
        sip_reason: words,
        hangup_cause: cause,
      });
      expect(Object.keys(end).slice(-11)).toEqual([
        'tm_hangup',
        'activeflow_id',
        'hold',
        'sip_code',
        'sip_reason',
        'hangup_cause',
        'held',
        'mute',
        'moh',
        'trunk_id',
        'flow_revision',
      ]);
      const { body } = await system.api.get(`/v1.0/calls/${end.id}`);
      expect(JSON.stringify(body)).toBe(JSON.stringify(end));
      const line = await until(
        () => system.daemon.log.find(({ msg, call }) => msg === 'call_ended' && call === end.id),
        { what: 'its end in the log' },
      );
      expect(line).toMatchObject({ by: 'remote', reason, duration: expect.any(Number), code: status, cause });
    },
  );

  test('is none where none came: it rang too long, its host has no address, its BYE gives a reason, its phone is not there', async () => {
    const reasoned =
      (cause: number): InviteHandler =>
      async (call) => {
        await call.answer();
        await call.bye({ headers: { Reason: `Q.850;cause=${cause}` } });
      };
    const ends = await Promise.all([
      endOf(ringing, { timeout: 1_000 }),
      called(at('sip:x@nobody.invalid')).then((id) => hungUp(id)),
      endOf(reasoned(17)),
      endOf(reasoned(19)),
      called({ type: 'extension', target: '1009' }).then((id) => hungUp(id)),
    ]);
    expect(ends.map(({ sip_code, sip_reason }) => [sip_code, sip_reason])).toEqual(ends.map(() => [0, '']));
    expect(ends.map(({ hangup_reason, hangup_cause }) => [hangup_reason, hangup_cause])).toEqual([
      ['dialout', 19],
      ['failed', 34],
      ['normal', 17],
      ['normal', 19],
      ['noanswer', 20],
    ]);
  });
});

describe('an answer', () => {
  const described = (media: string): string =>
    `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n${media}\r\n`;

  test.each([
    ['without a description', ''],
    ['that refuses the audio', described('m=audio 0 RTP/AVP 0')],
    ['with a codec nobody offered', described('m=audio 4444 RTP/AVP 18')],
    ['with encrypted audio only', described('m=audio 4444 RTP/SAVP 0')],
    ['with a profile nobody offered', described('m=audio 4444 RTP/AVPF 0')],
    ['with digits only', described('m=audio 4444 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000')],
  ])('%s is a failed call', async (_, sdp) => {
    const end = await endOf(async (call) => {
      call.ring();
      await call.answer({ sdp });
    });
    expect(end).toMatchObject({ hangup_by: 'remote', hangup_reason: 'failed', sip_code: 0 });
  });

  test.each([
    ['without a description', '640', ''],
    ['whose media cannot be used', '642', described('m=audio 4444 RTP/SAVP 0')],
  ])('%s is no connection: the flow is told that it failed, and goes on', async (_, number, sdp) => {
    const callee = await phone(async (call) => {
      await call.answer({ sdp });
    });
    await system.flowOn(number, [
      { type: 'connect', option: { destinations: [at(callee.contact)] } },
      { id: 'after', type: 'variable_set', option: { key: 'seen', value: '${voipbin.connect.status}' } },
    ]);
    const caller = await system.caller('alice');
    const call = await caller.call(number);
    const id = await system.callTo(number);
    const { data } = await system.sink.waitFor(
      ({ type, data }) =>
        type === 'activeflow_updated' &&
        data.reference_id === id &&
        (data.current_action as Fields).id === 'after',
    );
    expect(data.current_action).toMatchObject({ option: { value: 'failed' } });
    await call.ended;
  });

  test('from a host that names an address nobody reaches is acknowledged, and both are heard', async () => {
    const callee = await phone(async (call) => {
      call.ring();
      call.tone(1_200);
      await call.answer({ contact: 'sip:inside@127.0.0.1:9' });
    });
    await system.flowOn('641', [{ type: 'connect', option: { destinations: [at(callee.contact)] } }]);
    const caller = await system.caller('alice');
    const call = await caller.call('641');
    await call.answered;
    call.tone(700);
    const [leg] = callee.incoming;
    await until(() => call.heard.hears(1_200) && leg?.heard.hears(700), { what: 'both to be heard' });
    await call.bye();
    expect((await leg?.ended)?.how).toBe('BYE');
    expect(callee.complaints).toEqual([]);
  });

  test('that came over a proxy goes to its Contact by way of the proxy', async () => {
    const callee = await phone(async (call) => {
      await call.answer({
        contact: 'sip:desk@127.0.0.1:9',
        headers: { 'Record-Route': `<sip:127.0.0.1:${callee.address.port};lr>` },
      });
    });
    const id = await called(at(callee.contact));
    const [leg] = await until(() => callee.incoming.length > 0 && callee.incoming, { what: 'the call' });
    await until(() => leg?.acknowledgement, { what: 'the ACK' });
    expect(leg?.acknowledgement?.uri).toBe('sip:desk@127.0.0.1:9');
    await system.api.post(`/v1.0/calls/${id}/hangup`, {});
    expect(await hungUp(id)).toMatchObject({ hangup_by: 'local' });
  });
});

test.each(['alone', 'in a conversation'] as const)(
  'a phone that has called and sends nothing any more, %s, ends its call likewise, though it answers',
  async (where) => {
    const number = `quiet${where.length}`;
    const callee = await phone(answering({ tone: 1_200 }));
    await system.flowOn(number, [
      { type: 'answer' },
      ...(where === 'alone' ? [] : [{ type: 'connect', option: { destinations: [at(callee.contact)] } }]),
      { type: 'sleep', option: { duration: 600_000 } },
    ]);
    const caller = await system.desk('1001');
    expect((await caller.register()).status).toBe(200);
    const call = await caller.call(number);
    await call.answered;
    const id = await system.callTo(number);
    if (where !== 'alone') await until(() => call.heard.hears(1_200), { what: 'the callee' });
    call.rtp.pause();
    const ended = { hangup_by: 'remote', hangup_reason: 'failed', hangup_cause: 44 };
    expect(await hungUp(id, 20_000)).toMatchObject(ended);
    expect(await call.ended).toMatchObject({ by: 'them', reason: expect.stringContaining('cause=44') });
    await caller.unregister();
  },
);

test('a phone that dies in a call ends it as soon as the time without a packet is over', async () => {
  const alive = await phone(answering({ tone: 1_200 }));
  const dead = await phone(answering({ tone: 900 }));
  const [kept, lost] = await Promise.all([alive, dead].map((one) => called(at(one.contact))));
  await until(() => dead.incoming[0]?.answeredAt, { what: 'the answer' });
  dead.die();
  expect(await hungUp(lost ?? '', 20_000)).toMatchObject({
    hangup_by: 'remote',
    hangup_reason: 'failed',
    hangup_cause: 44,
  });
  expect(alive.incoming[0]?.isEnded).toBe(false);
  await system.api.post(`/v1.0/calls/${kept}/hangup`, {});
  await hungUp(kept ?? '');
});
