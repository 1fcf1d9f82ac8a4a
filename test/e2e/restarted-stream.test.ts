import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadSecrets } from '../../src/config/secrets.ts';
import { answering } from '../support/answering.ts';
import type { Codec } from '../support/g711.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import { RtpHost } from '../support/media-hosts.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import type { Restart } from '../support/rtp-session.ts';
import { System } from '../support/system.ts';
import { goertzel, isSilent, tone } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import { readWav } from '../support/wav.ts';
import type { WebhookRequest } from '../support/webhook-sink.ts';

let system: System;
let lastNumber = 0;
/** Hung up after the test at the latest. */
const calls: OutgoingCall[] = [];

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
});
// Of those beside each other the next one by itself is behind all.
afterEach(async ({ task }) => {
  if (task.concurrent) return;
  for (const call of calls.splice(0)) await call.close();
  await system.quiet([/WebSocket instance not found/, /[Ww]eb ?[sS]ocket/]);
});
afterAll(() => system[Symbol.asyncDispose]());

const idle = { type: 'sleep', option: { duration: 60_000 } };
const record = (channels: string, more: object = {}) => ({
  type: 'recording_start',
  option: { channels, ...more },
});

/** What is silent for longer than it may take: 8 s, 100 s, and for ever. */
const restarts: readonly Restart[] = [
  { behind: 5_000 },
  { behind: 400 },
  { behind: 5_000, isNewSource: false },
  { behind: 400, isNewSource: false },
  { behind: -40_000, isNewSource: false },
];

/** How long anything may take to begin with. */
const patience = 20_000;

/** So long a stream sings that has begun anew, in milliseconds; without help not a sound of it would be heard. */
const song = 5_000;

interface Dialled {
  readonly call: OutgoingCall;
  readonly number: string;
}

async function dial(actions: readonly unknown[], codec: Codec = 'ulaw'): Promise<Dialled> {
  const id = ++lastNumber;
  const number = `restart-${id}`;
  await system.flowOn(number, actions);
  const phone = await system.caller(`caller${id}`, { codecs: [codec] });
  const call = await phone.call(number);
  calls.push(call);
  await call.answered;
  return { call, number };
}

async function hears(call: OutgoingCall | IncomingCall, frequency: number, timeout = song): Promise<void> {
  await until(() => call.heard.hears(frequency), {
    timeout,
    what: () => `a tone of ${frequency} Hz: ${call.heard.describe()}`,
  });
}

/** A phone somewhere that answers, with one codec. */
async function callee(codec: Codec): Promise<Phone> {
  const phone = await system.caller(`callee${++lastNumber}`, { codecs: [codec] });
  phone.onInvite(answering());
  return phone;
}

const connect = (...phones: readonly Phone[]) => {
  const destinations = phones.map(({ contact }) => ({ type: 'sip', target: contact.replace(/^sip:/, '') }));
  return { type: 'connect', option: { destinations } };
};

/** Its first call, once it is up. */
const legOf = ({ incoming }: Phone): Promise<IncomingCall> =>
  until(() => (incoming[0] && incoming[0].heard.packets > 0 ? incoming[0] : undefined));

/** Hangs up, and resolves to the channels of the recordings of the call that has been made by then. */
async function recordedOf({ call, number }: Dialled): Promise<Int16Array[][]> {
  return await recorded(await system.callTo(number), call);
}

async function recorded(callId: string, call: OutgoingCall): Promise<Int16Array[][]> {
  await call.bye();
  const types = await system.history(callId);
  const count = types.filter((type) => type === 'recording_created').length;
  const done = () =>
    system.sink.requests.filter(
      ({ type, data }) =>
        type === 'recording_updated' && data.reference_id === callId && data.status === 'done',
    );
  await until(() => done().length === count, { what: `${count} recordings` });
  return Promise.all(done().map(({ data }) => channelsOf(String(data.id))));
}

async function channelsOf(recordingId: string): Promise<Int16Array[]> {
  const authorization = `Bearer ${loadSecrets(system.asterisk.dataDir).api_token}`;
  const url = `${system.daemon.url}/v1.0/recordingfiles/${recordingId}`;
  const response = await fetch(url, { headers: { authorization } });
  expect(response.status).toBe(200);
  return [...readWav(Buffer.from(await response.arrayBuffer())).channels];
}

/** How long a tone is heard; in milliseconds. */
function toneIn(samples: Int16Array | undefined, frequency: number): number {
  let heard = 0;
  for (let at = 0; samples && at + 800 <= samples.length; at += 800) {
    const piece = samples.subarray(at, at + 800);
    if (!isSilent(piece) && goertzel(piece, frequency) > 0.4) heard += 100;
  }
  return heard;
}

const sing = (call: OutgoingCall | IncomingCall, frequency: number) =>
  call.rtp.play(tone(frequency, song * 8));

test('a stream that begins anew is recorded, on either side, and carried to external media', async () => {
  await using host = await RtpHost.open();
  const media = { type: 'external_media_start', option: { external_host: host.host } };
  await Promise.all(
    restarts.map(async (restart) => {
      const dialled = await dial([{ type: 'answer' }, record('stereo'), media, idle]);
      const { call } = dialled;
      call.tone(440);
      await hears(call, 440, patience);
      await call.play(tone(440, 600 * 8));
      // Twice: the second one is like the first.
      for (const frequency of [880, 1_250]) {
        call.rtp.restart(restart);
        const sung = sing(call, frequency);
        await hears(call, frequency);
        await sung;
      }
      const [[caller, heard] = []] = await recordedOf(dialled);
      for (const frequency of [440, 880, 1_250]) {
        expect(toneIn(caller, frequency), `${JSON.stringify(restart)} said`).toBeGreaterThan(300);
        expect(toneIn(heard, frequency), `${JSON.stringify(restart)} heard`).toBeGreaterThan(300);
      }
    }),
  );
});

test('a stream that begins anew soon after it has begun, long after the call, is recorded', async () => {
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      const dialled = await dial([{ type: 'answer' }, record('in'), idle]);
      const { call } = dialled;
      call.rtp.pause();
      const callId = await system.callTo(dialled.number);
      const isOf = ({ type, data }: WebhookRequest): boolean =>
        type === 'recording_created' && data.reference_id === callId;
      await system.sink.waitFor(isOf);
      call.rtp.restart({ behind: 0 }); // what came with the answer was another one
      const from = wallTime();
      await until(() => wallTime() - from > 2_500, { what: 'a while without a packet' });
      const { sent } = call.rtp;
      call.rtp.resume();
      await until(() => call.rtp.sent > sent + 25, { what: 'half a second of packets' });
      call.rtp.restart({ behind: 5_000 });
      await sing(call, 880);
      const [[said] = []] = await recorded(callId, call);
      expect(toneIn(said, 880)).toBeGreaterThan(1_000);
    }),
  );
});

test.concurrent('whoever hears nothing and begins anew is recorded, and hears nothing still', async () => {
  await Promise.all(
    (['out', 'both'] as const).map(async (direction) => {
      const dialled = await dial([{ type: 'answer' }, record('in'), idle]);
      const { call } = dialled;
      const callId = await system.callTo(dialled.number);
      const order = async (name: string, option: object, method = 'POST'): Promise<void> => {
        const { status } = await system.api.request(method, `/v1.0/calls/${callId}/${name}`, option);
        expect(status, name).toBe(200);
      };
      await call.play(tone(440, 600 * 8));
      await order('mute', { direction });
      call.rtp.restart({ behind: 5_000 });
      await sing(call, 700);
      if (direction === 'both') await order('mute', { direction: 'in' }, 'DELETE');
      const since = call.heard.endedAt ?? 0;
      await order('talk', { text: 'Nobody hears a word of this.', language: 'en-US' });
      await sing(call, 880);
      expect(call.heard.silentSince(since), direction).toBe(true);
      const [[said] = []] = await recorded(callId, call);
      expect(toneIn(said, 880), direction).toBeGreaterThan(4_000);
      if (direction === 'out') expect(toneIn(said, 700)).toBeGreaterThan(1_000);
    }),
  );
});

test.concurrent.each([
  { codec: 'alaw', is: 'translated' },
  { codec: 'ulaw', is: 'as it is' },
] as const)(
  'two who talk, $is, hear each other and are recorded when a stream begins anew',
  async ({ codec }) => {
    const bob = await callee(codec);
    const dialled = await dial([{ type: 'answer' }, record('stereo'), record('mixed'), connect(bob), idle]);
    const { call } = dialled;
    const leg = await legOf(bob);
    call.tone(440);
    leg.tone(700);
    await Promise.all([hears(call, 700, patience), hears(leg, 440, patience)]);
    call.rtp.restart({ behind: 5_000 });
    call.tone(880);
    await hears(leg, 880);
    leg.rtp.restart({ behind: 5_000 });
    leg.tone(1_000);
    await hears(call, 1_000);
    // As after every hold of some phones.
    await call.hold();
    call.rtp.restart({ behind: 300 });
    await call.unhold();
    const sung = [sing(call, 550), sing(leg, 1_300)];
    await Promise.all([hears(leg, 550), hears(call, 1_300)]);
    await Promise.all(sung);
    expect(leg.isEnded).toBe(false);
    for (const channels of await recordedOf(dialled)) {
      for (const frequency of [550, 1_300])
        expect(Math.max(...channels.map((each) => toneIn(each, frequency)))).toBeGreaterThan(300);
    }
  },
);

test.concurrent('whoever is connected second is recorded, wherever his packets begin', async () => {
  const [bob, carol] = [await callee('ulaw'), await callee('ulaw')];
  const dialled = await dial([{ type: 'answer' }, record('out'), connect(bob), connect(carol), idle]);
  const { call } = dialled;
  const first = await legOf(bob);
  first.tone(700);
  await hears(call, 700);
  carol.onInvite(async (leg) => {
    leg.rtp.restart({ behind: leg.rtp.sequence - first.rtp.sequence + 5_000 });
    await leg.answer();
  });
  await first.bye();
  const second = await legOf(carol);
  const sung = sing(second, 1_000);
  await hears(call, 1_000);
  await sung;
  const [[heard] = []] = await recordedOf(dialled);
  expect(toneIn(heard, 1_000)).toBeGreaterThan(300);
});

test.concurrent('a conference hears whoever begins anew, who called and who was called', async () => {
  const conference = await system.api.post<{ id: string }>('/v1.0/conferences', { name: 'all' });
  const join = { type: 'conference_join', option: { conference_id: conference.body.id } };
  const [one, third] = [
    await dial([{ type: 'answer' }, record('in'), join]),
    await dial([{ type: 'answer' }, join]),
  ];
  const bob = await callee('alaw');
  const destinations = [{ type: 'sip', target: bob.contact.replace(/^sip:/, '') }];
  const source = { type: 'tel', target: '+15550100' };
  const called = await system.api.post('/v1.0/calls', { source, destinations, actions: [join] });
  expect(called.status).toBe(200);
  const other = await legOf(bob);
  await Promise.all([sing(one.call, 440), hears(other, 440), hears(third.call, 440)]);
  one.call.rtp.restart({ behind: 5_000, isNewSource: false });
  await Promise.all([sing(one.call, 880), hears(other, 880), hears(third.call, 880)]);
  other.rtp.restart({ behind: 5_000 });
  other.tone(700);
  await hears(third.call, 700, patience);
  other.silence();
  // Two are left, who are sent each other's packets again.
  await third.call.bye();
  one.call.rtp.restart({ behind: 5_000 });
  await Promise.all([sing(one.call, 1_250), hears(other, 1_250)]);
  const [[said] = []] = await recordedOf(one);
  for (const frequency of [440, 880, 1_250]) expect(toneIn(said, frequency)).toBeGreaterThan(300);
  await other.bye();
});

test.concurrent('a beep is heard of a stream that has begun anew, and echo needs no help', async () => {
  const amd = { type: 'amd', option: { wait_for: 'beep', beep_timeout: 20_000, initial_silence: 1_000 } };
  const { call } = await dial([{ type: 'answer' }, amd, { type: 'echo', option: { duration: 60_000 } }]);
  await call.play(tone(300, 2_500 * 8));
  call.rtp.restart({ behind: 5_000 });
  // Until it is heard he beeps again and again, and is echoed only then.
  const beep = new Int16Array([...tone(1_000, 500 * 8), ...new Int16Array(300 * 8)]);
  for (let beeps = 0; beeps < 7 && call.heard.packets < 50; beeps += 1) await call.play(beep);
  call.tone(700);
  await hears(call, 700);
  call.rtp.restart({ behind: 5_000 });
  call.tone(900);
  await hears(call, 900);
  await call.bye();
});

test.concurrent('a phone that was called, and answered in another codec than the first, is heard: at once, and through prompts', async () => {
  await using host = await RtpHost.open();
  const bob = await callee('alaw');
  const source = { type: 'tel', target: '+15550100' };
  const prompt = { text: 'One moment, please. One moment, please.', language: 'en-US', async: true };
  const called = await system.api.post<{ calls: { id: string }[] }>('/v1.0/calls', {
    source,
    destinations: [{ type: 'sip', target: bob.contact.replace(/^sip:/, '') }],
    actions: [
      record('in'),
      { type: 'external_media_start', option: { external_host: host.host } },
      { type: 'digits_receive', option: { duration: 60_000, length: 1 } },
      { type: 'talk', option: prompt },
      idle,
    ],
  });
  const callId = String(called.body.calls[0]?.id);
  const leg = await legOf(bob);
  leg.tone(440);
  await hears(leg, 440, patience);
  await leg.play(tone(440, 600 * 8));
  leg.rtp.restart({ behind: 5_000 });
  leg.tone(880);
  await hears(leg, 880);
  await leg.play(tone(880, 600 * 8));
  await leg.digits('1', { duration: 100 });
  await until(() => leg.heard.toneAt(440) + leg.heard.toneAt(880) < 0.3, {
    what: () => leg.heard.describe(),
  });
  leg.rtp.restart({ behind: 5_000, isNewSource: false });
  leg.tone(1_250);
  await hears(leg, 1_250, patience);
  await leg.play(tone(1_250, 600 * 8));
  await leg.bye();
  await system.history(callId);
  const { data } = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'recording_updated' && data.reference_id === callId && data.status === 'done',
  );
  const [said] = await channelsOf(String(data.id));
  for (const frequency of [440, 880, 1_250]) expect(toneIn(said, frequency)).toBeGreaterThan(300);
});

test.concurrent('a phone that was called is heard whose stream begins anew with its answer, after early media in another codec', async () => {
  const bob = await system.caller(`callee${++lastNumber}`, { codecs: ['alaw'] });
  bob.onInvite(async (leg) => {
    leg.progress();
    await leg.play(tone(440, 1_000 * 8));
    await leg.answer();
    leg.rtp.restart({ behind: 3_000 });
    await sing(leg, 880);
    await leg.bye();
  });
  const called = await system.api.post<{ calls: { id: string }[] }>('/v1.0/calls', {
    source: { type: 'tel', target: '+15550100' },
    destinations: [{ type: 'sip', target: bob.contact.replace(/^sip:/, '') }],
    actions: [record('in'), idle],
  });
  const callId = String(called.body.calls[0]?.id);
  await system.history(callId);
  const { data } = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'recording_updated' && data.reference_id === callId && data.status === 'done',
  );
  const [said] = await channelsOf(String(data.id));
  expect(toneIn(said, 880)).toBeGreaterThan(1_000);
});

test('a stream that begins anew while the daemon is dead is recorded from its start on', async () => {
  const dialled = await dial([{ type: 'answer' }, record('in'), idle]);
  const { call } = dialled;
  const callId = await system.callTo(dialled.number);
  await call.play(tone(440, 1_500 * 8));
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  call.rtp.restart({ behind: 5_000 });
  await system.restartDaemon();
  await sing(call, 880);
  const [[said] = []] = await recorded(callId, call);
  expect(toneIn(said, 440)).toBeGreaterThan(500);
  expect(toneIn(said, 880)).toBeGreaterThan(1_000);
});
