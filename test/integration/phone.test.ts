import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { answering, mute, rejecting, ringing } from '../support/answering.ts';
import { startTestAsterisk, type TestAsterisk } from '../support/asterisk.ts';
import type { Dialog } from '../support/dialog.ts';
import { writeFirstPhones } from '../support/first-phones.ts';
import { freePort } from '../support/free-port.ts';
import { mediaClock } from '../support/media-clock.ts';
import { CallRejected } from '../support/outgoing-call.ts';
import { Phone, type PhoneOptions } from '../support/phone.ts';
import { isBusy } from '../support/scale.ts';
import { sipp } from '../support/sipp.ts';
import { tone } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

/** Two phones that call each other without a server. */
async function givenTwoPhones(annOptions: PhoneOptions = {}, bobOptions: PhoneOptions = {}) {
  const stack = new AsyncDisposableStack();
  const ann = stack.use(await Phone.open({ user: 'ann', ...annOptions }));
  const bob = stack.use(await Phone.open({ user: 'bob', ...bobOptions }));
  return {
    ann,
    bob,
    /** The call as Bob sees it. */
    bobsCall: () => until(() => bob.incoming.at(-1), { what: "Bob's phone to get the call" }),
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync();
      expect([...ann.complaints, ...bob.complaints]).toEqual([]);
    },
  };
}

const hearing = (dialog: Dialog, frequency: number) =>
  until(() => dialog.heard.hears(frequency), { what: () => `${frequency} Hz; ${dialog.heard.describe()}` });

describe('a call between two phones', () => {
  test('is answered, and both hear the tone of the other', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(answering({ ringFor: 50, tone: 1_200 }));
    const call = await phones.ann.call(phones.bob.contact);
    await call.answered;
    expect(call.provisional.map(({ status }) => status)).toEqual([100, 180]);
    const bobs = await phones.bobsCall();
    call.tone(600);
    await hearing(call, 1_200);
    await hearing(bobs, 600);
    expect(call.heard.toneAt(600)).toBeLessThan(0.05);
    await call.bye();
    expect(await bobs.ended).toMatchObject({ by: 'them', how: 'BYE' });
    expect(await call.ended).toMatchObject({ by: 'us', how: 'BYE', status: 200 });
  });

  test.each(['ulaw', 'alaw'] as const)('carries %s both ways without loss', async (codec) => {
    await using phones = await givenTwoPhones({ codecs: [codec] });
    phones.bob.onInvite(answering({ tone: 440 }));
    const call = await (await phones.ann.call(phones.bob.contact)).answered;
    await hearing(call, 440);
    const from = wallTime();
    await until(() => wallTime() - from >= 1_000);
    expect(call.heard.packetsPerSecond()).toBeGreaterThan(45);
    expect(call.heard.packetsPerSecond()).toBeLessThan(55);
    expect(call.heard.lost).toBe(0);
    expect(call.heard.sounds().map(({ frequency }) => frequency)).toEqual([440]);
  });

  test('delivers RFC 4733 digits in order, with their durations', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(answering());
    const call = await (await phones.ann.call(phones.bob.contact)).answered;
    const bobs = await phones.bobsCall();
    await call.digits('1234567890*#ABCD', { duration: 60, gap: 60 });
    await until(() => bobs.heard.digits.length === 16 && bobs.heard.digits.at(-1)?.endedAt);
    expect(bobs.heard.digitString).toBe('1234567890*#ABCD');
    expect(new Set(bobs.heard.digits.map(({ duration }) => duration))).toEqual(new Set([60]));
    // 15 times 120 ms: two of them may come together where the machine was late.
    const [first, last] = [bobs.heard.digits[0], bobs.heard.digits.at(-1)];
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(1_500);
    expect(bobs.heard.lost).toBe(0);
  });

  test('delivers digits as tones and as INFO', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(answering());
    const call = await (await phones.ann.call(phones.bob.contact)).answered;
    const bobs = await phones.bobsCall();
    await call.inbandDigits('19*#0');
    await until(() => bobs.heard.inbandDigits() === '19*#0', { what: () => bobs.heard.inbandDigits() });
    await call.sendInfoDigits('42', { duration: 160 });
    expect(bobs.infoDigits).toMatchObject([
      { digit: '4', duration: 160 },
      { digit: '2', duration: 160 },
    ]);
  });

  test('plays samples once and tells when they were played', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(answering());
    const call = await (await phones.ann.call(phones.bob.contact)).answered;
    const bobs = await phones.bobsCall();
    const from = wallTime();
    await call.play(tone(800, 4_000));
    await until(() => bobs.heard.sounds(from).length > 0 && bobs.heard.silentSince(wallTime() - 100));
    const [sound] = bobs.heard.sounds(from);
    expect(sound?.frequency).toBe(800);
    expect((sound?.to ?? 0) - (sound?.from ?? 0)).toBeGreaterThan(440);
    expect((sound?.to ?? 0) - (sound?.from ?? 0)).toBeLessThan(560);
    expect(bobs.heard.firstSoundAt(from)).toBeGreaterThan(from);
  });

  test('has early media before the answer', async () => {
    await using phones = await givenTwoPhones();
    const heard = Promise.withResolvers<void>();
    phones.bob.onInvite(async (incoming) => {
      incoming.progress();
      incoming.tone(425);
      await heard.promise;
      await answering({ tone: 900 })(incoming);
    });
    const call = await phones.ann.call(phones.bob.contact);
    await hearing(call, 425);
    expect(call.answeredAt).toBeUndefined();
    expect(call.at(183)).toBeDefined();
    heard.resolve();
    await call.answered;
    await hearing(call, 900);
  });

  test('can be held and taken back', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(answering({ tone: 700 }));
    const call = await (await phones.ann.call(phones.bob.contact)).answered;
    const bobs = await phones.bobsCall();
    await hearing(call, 700);
    await call.hold();
    expect(bobs.media.isHeld).toBe(true);
    await until(() => !call.heard.isReceiving());
    await call.unhold();
    expect(bobs.changes.map(({ direction }) => direction)).toEqual(['sendonly', 'sendrecv']);
    await hearing(call, 700);
  });

  test('ends from the called side, with the Reason of the BYE', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(async (call) => {
      await call.answer();
      await call.bye({ headers: { Reason: 'Q.850;cause=16' } });
    });
    const call = await (await phones.ann.call(phones.bob.contact)).answered;
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE', reason: 'Q.850;cause=16' });
  });
});

describe('a call that is not answered', () => {
  test.each([486, 603, 480, 404, 503])('is rejected with %i', async (status) => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(rejecting(status));
    const call = await phones.ann.call(phones.bob.contact);
    const error = await call.answered.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(CallRejected);
    expect(error).toMatchObject({ status });
    expect(await call.ended).toMatchObject({ by: 'them', how: 'rejected', status });
  });

  test('is cancelled while it rings, with a Reason', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(ringing);
    const call = await phones.ann.call(phones.bob.contact);
    await until(() => call.at(180));
    await call.cancel({ Reason: 'SIP;cause=200;text="Call completed elsewhere"' });
    expect(await call.final).toMatchObject({ status: 487 });
    const bobs = await phones.bobsCall();
    expect(await bobs.ended).toMatchObject({
      by: 'them',
      how: 'CANCEL',
      reason: expect.stringContaining('completed elsewhere'),
    });
  });

  test('is cancelled even before anything was heard of it', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(mute);
    const call = await phones.ann.call(phones.bob.contact);
    await call.cancel();
    expect(await call.ended).toMatchObject({ by: 'us', how: 'CANCEL', status: 487 });
  });

  test('is given up when its signal fires, and hung up when that is later', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(answering());
    const abort = new AbortController();
    const call = await phones.ann.call(phones.bob.contact, { signal: abort.signal });
    await call.answered;
    abort.abort();
    expect(await call.ended).toMatchObject({ by: 'us', how: 'BYE' });
  });

  test('has no codec in common', async () => {
    await using phones = await givenTwoPhones({ codecs: ['ulaw'] }, { codecs: ['alaw'] });
    phones.bob.onInvite(answering());
    const call = await phones.ann.call(phones.bob.contact);
    expect(await call.final).toMatchObject({ status: 488 });
  });
});

describe('a phone', () => {
  test('answers OPTIONS, and 481 to what it does not know', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(answering());
    expect(await phones.ann.ping(phones.bob.contact)).toMatchObject({ status: 200 });
    const call = await (await phones.ann.call(phones.bob.contact)).answered;
    const bobs = await phones.bobsCall();
    phones.bob.forget(bobs);
    expect(await call.request('INFO')).toMatchObject({ status: 481 });
    phones.bob.remember(bobs);
  });

  test('hangs up everything when it is closed', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(answering());
    const call = await (await phones.ann.call(phones.bob.contact)).answered;
    await phones.bob.close();
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  });

  test('keeps time with many calls at once', async () => {
    await using phones = await givenTwoPhones();
    phones.bob.onInvite(answering({ tone: 500 }));
    const calls = await Promise.all(
      Array.from({ length: isBusy ? 5 : 20 }, () => phones.ann.call(phones.bob.contact)),
    );
    await Promise.all(calls.map((call) => call.answered));
    await Promise.all(calls.map((call) => call.digits('1234567890', { duration: 60, gap: 60 })));
    await until(() => phones.bob.incoming.every(({ heard }) => heard.digitString === '1234567890'));
    const worst = Math.max(...calls.map(({ heard }) => heard.longestGap()));
    // Beside what the machine itself was late.
    expect(worst, `late beats: ${mediaClock.latest} ms`).toBeLessThan(150 + mediaClock.latest);
    expect(calls.every(({ heard }) => heard.hears(500))).toBe(true);
    expect(calls.map(({ heard }) => heard.lost)).toEqual(calls.map(() => 0));
    await Promise.all(calls.map((call) => call.bye()));
  });
});

describe('SIPp', () => {
  test('makes calls that the other side ends, with nothing left over', async () => {
    await using bob = await Phone.open({ user: 'bob' });
    bob.onInvite(answering({ ringFor: 20, hangUpAfter: 100 }));
    const remote = `127.0.0.1:${bob.address.port}`;
    const result = await sipp('answer-and-wait-bye', {
      remote,
      number: '100',
      from: 'load',
      calls: 20,
      rate: 20,
    });
    expect(result).toMatchObject({ successful: 20, failed: 0, retransmissions: 0, exitCode: 0, errors: '' });
    expect(bob.incoming.map(({ called, from }) => `${from.user} ${called}`)).toEqual(
      Array(20).fill('load 100'),
    );
    expect(bob.calls).toEqual([]);
    expect(bob.complaints).toEqual([]);
  });

  test('hangs up by itself', async () => {
    await using bob = await Phone.open({ user: 'bob' });
    bob.onInvite(answering());
    const remote = `127.0.0.1:${bob.address.port}`;
    expect(await sipp('call-and-hangup', { remote, calls: 3, holdFor: 200 })).toMatchObject({
      successful: 3,
      failed: 0,
    });
    expect(await Promise.all(bob.incoming.map(({ ended }) => ended))).toMatchObject(
      Array(3).fill({ by: 'them' }),
    );
  });

  test('counts a call that failed, and says what came instead', async () => {
    await using bob = await Phone.open({ user: 'bob' });
    bob.onInvite(rejecting(486));
    const result = await sipp('call-and-hangup', { remote: `127.0.0.1:${bob.address.port}`, calls: 2 });
    expect(result).toMatchObject({ successful: 0, failed: 2, exitCode: 1 });
    expect(result.errors).toContain('486');
  });

  test('takes calls', async () => {
    const port = await freePort('udp');
    const answered = sipp('answer-calls', { port, calls: 2, holdFor: 50 });
    await using ann = await Phone.open({ user: 'ann' });
    for (const number of ['1', '2']) {
      const call = await ann.call(`sip:${number}@127.0.0.1:${port}`);
      await call.answered;
      await call.bye();
    }
    expect(await answered).toMatchObject({ successful: 2, failed: 0 });
  });

  test('is killed when its signal fires', async () => {
    await using bob = await Phone.open({ user: 'bob' });
    bob.onInvite(ringing);
    const abort = new AbortController();
    const run = sipp('answer-and-wait-bye', {
      remote: `127.0.0.1:${bob.address.port}`,
      signal: abort.signal,
    });
    await until(() => bob.incoming[0]);
    abort.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
  });
});

describe('a phone at a real Asterisk', () => {
  let asterisk: TestAsterisk;

  beforeAll(async () => {
    asterisk = await startTestAsterisk();
    await writeFirstPhones(asterisk);
  });

  afterAll(async () => {
    await asterisk.stop();
  });

  async function givenPhone(user: string, password = asterisk.secrets.phones[user]): Promise<Phone> {
    return await Phone.open({
      server: `127.0.0.1:${asterisk.sipPort}`,
      user,
      ...(password !== undefined && { password }),
    });
  }

  test('registers with its password only, and unregisters', async () => {
    await using phone = await givenPhone('1001');
    await using wrong = await givenPhone('1001', 'wrong');
    expect(await wrong.register()).toMatchObject({ status: 401 });
    expect(await phone.register()).toMatchObject({ status: 200 });
    expect(await asterisk.cli('pjsip show contacts')).toContain(`1001/${phone.contact}`);
    expect(await phone.unregister()).toMatchObject({ status: 200 });
    expect(await asterisk.cli('pjsip show contacts')).not.toContain(phone.contact);
  });

  test('gets 404 for what is no number, and proves who it is on the way', async () => {
    await using phone = await givenPhone('1001');
    const call = await phone.call('~~~');
    expect(await call.final).toMatchObject({ status: 404 });
    expect(await call.ended).toMatchObject({
      by: 'them',
      how: 'rejected',
      reason: expect.stringContaining('cause=1'),
    });
    expect(phone.complaints).toEqual([]);
  });

  test('calls an application, and both sides hear what the other does', async () => {
    await using ari = await givenApplication(asterisk);
    await using phone = await givenPhone('1001');
    const call = await phone.call('100');
    const { channel } = await ari.event(({ type }) => type === 'StasisStart');
    await ari.post(`/channels/${channel?.id}/answer`);
    await call.answered;
    await ari.post(`/channels/${channel?.id}/play/p1?media=tone:1200`);
    await hearing(call, 1_200);
    // So far apart that Asterisk reads none of them twice, also where they are sent late.
    await call.digits('1234567890*#', { duration: 80, gap: 150 });
    await ari.event(() => ari.digits().length === 12);
    expect(ari.digits()).toBe('1234567890*#');
    await call.sendInfoDigits('5');
    await ari.event(() => ari.digits().endsWith('#5'));
    await ari.delete('/playbacks/p1');
    await ari.post(`/channels/${channel?.id}/dtmf?dtmf=987`);
    await until(() => call.heard.digitString === '987' && call.heard.digits[2]?.endedAt);
    await call.hold();
    await ari.event(({ type }) => type === 'ChannelHold');
    await call.unhold();
    await ari.event(({ type }) => type === 'ChannelUnhold');
    await ari.delete(`/channels/${channel?.id}?reason_code=17`);
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE', reason: 'Q.850;cause=17' });
    expect(phone.complaints).toEqual([]);
    expect(call.heard.lost).toBe(0);
  });

  test('is called: answers, is busy, and sees the caller give up', async () => {
    await using ari = await givenApplication(asterisk);
    await using phone = await givenPhone('1002');
    await phone.register();
    const originate = () =>
      ari.post<{ id: string }>('/channels?endpoint=PJSIP/1002&app=ariflow&callerId=777');
    phone.onInvite(answering({ ringFor: 50, hangUpAfter: 50 }));
    await originate();
    await ari.event(({ type }) => type === 'ChannelDestroyed');
    expect(phone.incoming[0]).toMatchObject({
      called: '1002',
      from: { user: '777' },
      end: { by: 'us', how: 'BYE' },
    });
    phone.onInvite(rejecting(486));
    await originate();
    await ari.event(({ cause }) => cause === 17);
    phone.onInvite(ringing);
    const { id } = await originate();
    const third = await until(() => phone.incoming[2]);
    await ari.delete(`/channels/${id}`);
    expect(await third.ended).toMatchObject({ by: 'them', how: 'CANCEL' });
    expect(phone.complaints).toEqual([]);
  });
});

interface AriEvent {
  readonly type: string;
  readonly channel?: { readonly id: string };
  readonly digit?: string;
  readonly cause?: number;
}

/** An application with no more of ARI than these tests need: the daemon's own client is not what they are about. */
async function givenApplication({ ariUrl, ariUser, ariPassword }: TestAsterisk) {
  const headers = { authorization: `Basic ${btoa(`${ariUser}:${ariPassword}`)}` };
  const socket = new WebSocket(`${ariUrl.replace('http', 'ws')}/events?app=ariflow`, { headers });
  const events: AriEvent[] = [];
  socket.on('message', (text) => events.push(JSON.parse(String(text)) as AriEvent)); // Asterisk's
  await until(() => socket.readyState === WebSocket.OPEN);
  const request = async <T>(method: string, path: string): Promise<T> => {
    const response = await fetch(`${ariUrl}${path}`, { method, headers });
    const text = await response.text();
    expect(response.ok, `${method} ${path}: ${response.status} ${text}`).toBe(true);
    return (text === '' ? undefined : JSON.parse(text)) as T; // Asterisk's
  };
  return {
    post: <T = unknown>(path: string) => request<T>('POST', path),
    delete: (path: string) => request('DELETE', path),
    event: (matches: (event: AriEvent) => boolean) => until(() => events.find(matches)),
    digits: () => events.map(({ type, digit }) => (type === 'ChannelDtmfReceived' ? digit : '')).join(''),
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await until(() => socket.readyState === WebSocket.CLOSED);
    },
  };
}
