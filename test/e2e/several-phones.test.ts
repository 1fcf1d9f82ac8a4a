import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answering, type InviteHandler, rejecting, ringing } from '../support/answering.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;
let lastNumber = 800;

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.1/32', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
});
afterEach(() => system.quiet([/redirection_not_followed/]));
afterAll(() => system[Symbol.asyncDispose]());

/** One more phone registered as 1001. */
async function desk(handler: InviteHandler, user = '1001'): Promise<Phone> {
  const phone = await system.desk(user);
  phone.onInvite(handler);
  expect(await phone.register()).toMatchObject({ status: 200 });
  return phone;
}

async function somewhere(handler: InviteHandler): Promise<Phone> {
  const phone = await system.caller('callee');
  phone.onInvite(handler);
  return phone;
}

const at = (phone: Phone): object => ({ type: 'sip', target: phone.contact.replace(/^sip:/, '') });
const extension = { type: 'extension', target: '1001' };

const names = ['status', 'hangup_reason', 'sip_code'];
const seen = names.map((name) => `\${voipbin.connect.${name}}`).join(' ');

interface Connecting {
  readonly call: OutgoingCall;
  readonly callId: string;
}

async function connecting(destination: object, option: object = {}): Promise<Connecting> {
  const number = String(++lastNumber);
  await system.flowOn(number, [
    { type: 'connect', option: { destinations: [destination], ...option } },
    { id: 'after', type: 'variable_set', option: { key: 'seen', value: seen } },
    { id: 'end', type: 'sleep', option: { duration: 600_000 } },
  ]);
  const call = await (await system.caller('alice')).call(number);
  return { call, callId: await system.callTo(number) };
}

/** What the flow behind `connect` sees. */
async function result(callId: string): Promise<string> {
  const { data } = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' &&
      data.reference_id === callId &&
      (data.current_action as { id: string }).id === 'after',
  );
  return String((data.current_action as { option: { value: string } }).option.value);
}

/** The events of the one leg that a call had. */
function leg(callId: string): string[] {
  const legs = system.sink.requests.filter(({ data }) => data.master_call_id === callId);
  expect(new Set(legs.map(({ data }) => data.id)).size).toBe(1);
  return legs.map(({ type }) => String(type).replace('call_', ''));
}

async function talks({ call, callId }: Connecting, phone: Phone, tone: number): Promise<void> {
  const goneOn = result(callId).then((seen) => {
    throw new Error(`the flow has gone on: ${seen}`);
  });
  goneOn.catch(() => undefined); // later it may
  await Promise.race([call.answered, goneOn]);
  call.tone(700);
  await until(() => call.heard.hears(tone) && phone.incoming.at(-1)?.heard.hears(700), {
    what: 'both to be heard',
  });
}

async function over({ call, callId }: Connecting): Promise<void> {
  await call.close();
  await system.history(callId);
}

describe('several phones with one number', () => {
  test('ring together: one declines, one answers and is heard, the third is told that somebody else has', async () => {
    const declines = await desk(rejecting(486, { after: 50 }));
    const answers = await desk(answering({ ringFor: 400, tone: 1_200 }));
    const rings = await desk(ringing);
    const connected = await connecting(extension);
    await talks(connected, answers, 1_200);
    const [given] = rings.incoming;
    expect((await given?.ended)?.how).toBe('CANCEL');
    expect((await given?.ended)?.reason).toContain('Call completed elsewhere');
    expect([declines, answers, rings].map(({ incoming }) => incoming.length)).toEqual([1, 1, 1]);
    await answers.incoming[0]?.bye();
    expect(await result(connected.callId)).toBe('answered normal 0');
    expect(leg(connected.callId).filter((moment) => moment !== 'updated')).toEqual([
      'created',
      'ringing',
      'answered',
      'hungup',
    ]);
    await over(connected);
    for (const phone of [declines, answers, rings]) await phone.unregister();
  });

  test('are all cancelled when the caller gives up, and refuse together: the call is over with the last', async () => {
    const [one, two] = [await desk(ringing), await desk(ringing)];
    const gaveUp = await connecting(extension);
    await until(() => one.incoming.length + two.incoming.length === 2, { what: 'both to ring' });
    await over(gaveUp);
    for (const phone of [one, two]) expect((await phone.incoming[0]?.ended)?.how).toBe('CANCEL');
    one.onInvite(rejecting(480));
    two.onInvite(rejecting(486, { after: 300 }));
    const refused = await connecting(extension);
    expect(await result(refused.callId)).toBe('busy busy 486');
    await over(refused);
    // One that has gone without a word does not keep the caller waiting.
    one.die();
    two.onInvite(rejecting(486));
    const silent = await connecting(extension);
    expect(await result(silent.callId)).toBe('busy busy 486');
    await over(silent);
    await two.unregister();
  });

  test('are each there while they are registered: one that goes leaves the others', async () => {
    const stays = await desk(answering({ tone: 900 }), '1002');
    const goes = await desk(ringing, '1002');
    await goes.unregister();
    const connected = await connecting({ type: 'extension', target: '1002' });
    await talks(connected, stays, 900);
    expect(goes.incoming).toHaveLength(0);
    await over(connected);
    await stays.unregister();
  });
});

describe('a callee who redirects', () => {
  const to = (contact: string): InviteHandler => rejecting(302, { headers: { Contact: `<${contact}>` } });

  test('is a failed call, unless he is to be followed: then who answers there is heard', async () => {
    const target = await somewhere(answering({ ringFor: 50, tone: 1_200 }));
    const away = await somewhere(to(target.contact));
    const failed = await connecting(at(away));
    expect(await result(failed.callId)).toBe('failed failed 302');
    expect(target.incoming).toHaveLength(0);
    await over(failed);
    const followed = await connecting(at(away), { follow_redirects: 1 });
    await talks(followed, target, 1_200);
    expect(away.incoming).toHaveLength(2);
    await over(followed);
    expect((await target.incoming[0]?.ended)?.how).toBe('BYE');
  });

  test('is followed so many times and no more, and never to where calls are not allowed', async () => {
    const target = await somewhere(answering({ tone: 1_200 }));
    const second = await somewhere(to(target.contact));
    const first = await somewhere(to(second.contact));
    const once = await connecting(at(first), { follow_redirects: 1 });
    expect(await result(once.callId)).toBe('failed failed 302');
    expect([first, second, target].map(({ incoming }) => incoming.length)).toEqual([1, 1, 0]);
    await over(once);
    const twice = await connecting(at(first), { follow_redirects: 2 });
    await talks(twice, target, 1_200);
    await over(twice);
    const round = await somewhere((call) => to(round.contact)(call));
    const endless = await connecting(at(round), { follow_redirects: 3 });
    expect(await result(endless.callId)).toBe('failed failed 302');
    expect(round.incoming).toHaveLength(4);
    await over(endless);
    for (const contact of ['sip:x@127.0.0.2:5060', 'sip:a&b@127.0.0.1', 'sip:x@evil.example', 'tel:+4930']) {
      const away = await somewhere(to(contact));
      const refused = await connecting(at(away), { follow_redirects: 3 });
      expect(await result(refused.callId)).toBe('failed failed 302');
      await over(refused);
    }
  });

  test('may be a phone of ours that sends his calls to another one', async () => {
    const deputy = await desk(answering({ tone: 1_200 }), '1003');
    const away = await desk(to(`sip:1003@127.0.0.1:${system.asterisk.sipPort}`), '1004');
    const connected = await connecting({ type: 'extension', target: '1004' }, { follow_redirects: 1 });
    await talks(connected, deputy, 1_200);
    await over(connected);
    for (const phone of [deputy, away]) await phone.unregister();
  });
});
