import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { loadSecrets } from '../../src/config/secrets.ts';
import { answering } from '../support/answering.ts';
import { figuresOf } from '../support/figures.ts';
import { freePort } from '../support/free-port.ts';
import {
  type Arrivals,
  AudioSocketHost,
  RtpHost,
  sippEcho,
  untilArrived,
  WebSocketHost,
} from '../support/media-hosts.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { goertzel, isSilent } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import { readWav } from '../support/wav.ts';

/** Of hosts that cannot be had, of callers who hang up in a prompt, or while we connect to their media. */
const expected = [
  /action_failed/,
  /Playback failed for sound/,
  // A host closes, or a channel ends, between two frames: what Asterisk still has for it finds nobody.
  /WebSocket (instance|client|instance or client) not found/,
  /Error reading from web socket: Connection reset by peer/,
  /Failed to (forward|receive) frame from .*AudioSocket server/,
  /Failed to (write data to|read header from|read payload from) AudioSocket/,
];

let system: System;
let lastNumber = 0;
/** Hung up after the test at the latest. */
const calls: OutgoingCall[] = [];

beforeAll(async () => {
  system = await System.start();
});
// Of those beside each other the next one by itself is behind all.
afterEach(async ({ task }) => {
  if (task.concurrent) return;
  for (const call of calls.splice(0)) await call.close();
  await system.quiet(expected);
});
afterAll(() => system[Symbol.asyncDispose]());

const idle = { type: 'sleep', option: { duration: 60_000 } };
const digit = { type: 'digits_receive', option: { duration: 60_000, length: 1 } };

const start = (option: object) => ({ type: 'external_media_start', option });
const stop = { type: 'external_media_stop' };

interface Given {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** A call whose flow runs these actions. */
async function given(...actions: readonly unknown[]): Promise<Given> {
  const number = `media-${++lastNumber}`;
  await system.flowOn(number, [{ type: 'answer' }, ...actions]);
  const phone = await system.caller();
  const call = await phone.call(number);
  calls.push(call);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

function told(what: 'started' | 'stopped' | 'failed', callId: string) {
  return system.sink.waitFor(
    ({ type, data }) => type === `external_media_${what}` && data.reference_id === callId,
  );
}

async function hears(call: OutgoingCall, frequency: number): Promise<void> {
  await until(() => call.heard.hears(frequency), {
    what: () => `a tone of ${frequency} Hz: ${call.heard.describe()}`,
  });
}

/** Fifty packets a second, never more than that for long. */
function expectFifty({ inBestSecond, perSecond }: Arrivals): void {
  expect(inBestSecond).toBeGreaterThanOrEqual(40);
  expect(perSecond).toBeLessThanOrEqual(60);
}

async function channelsOf(recordingId: string): Promise<readonly Int16Array[]> {
  const token = loadSecrets(system.asterisk.dataDir).api_token;
  const url = `${system.daemon.url}/v1.0/recordingfiles/${recordingId}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return readWav(Buffer.from(await response.arrayBuffer())).channels;
}

/** How long a tone is heard, and hardly anything else; in milliseconds. */
function toneIn(samples: Int16Array | undefined, frequency: number): number {
  let heard = 0;
  for (let at = 0; samples && at + 800 <= samples.length; at += 800) {
    const piece = samples.subarray(at, at + 800);
    if (!isSilent(piece) && goertzel(piece, frequency) > 0.8) heard += 100;
  }
  return heard;
}

/** How many of Asterisk's RTP ports are taken. */
function rtpPortsInUse(): number {
  const [first, last] = system.asterisk.config.rtp_ports;
  const lines = readFileSync('/proc/net/udp', 'utf8').split('\n');
  const ports = lines.map((line) =>
    Number.parseInt(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) /.exec(line)?.[1] ?? '', 16),
  );
  return ports.filter((port) => port >= first && port <= last).length;
}

/** What the store has of external media. */
function stored(id: string): { readonly status: string; readonly reason: string } | undefined {
  const database = new DatabaseSync(join(system.asterisk.dataDir, 'ariflow.db'), { readOnly: true });
  try {
    const row = database.prepare('select record from external_medias where id = ?').get(id);
    return row && JSON.parse(String(row.record));
  } finally {
    database.close();
  }
}

async function hangUp({ call, callId }: Given): Promise<string[]> {
  await call.bye();
  return system.history(callId);
}

test('rtp: SIPp sends the call back, until it is stopped', async () => {
  await using host = await sippEcho();
  const { call, callId } = await given(start({ external_host: host.host }), digit, stop, idle);
  const { data } = await told('started', callId);
  expect(data).toMatchObject({ local_ip: '127.0.0.1', media_uri: '', reason: '', reference_type: 'call' });
  const [first, last] = system.asterisk.config.external_media.ports;
  expect(data.local_port).toBeGreaterThanOrEqual(first);
  expect(data.local_port).toBeLessThanOrEqual(last);
  for (const frequency of [440, 1_250]) {
    call.tone(frequency);
    await hears(call, frequency);
  }
  await call.digits('1', { duration: 80 });
  const released = wallTime();
  const stopped = await told('stopped', callId);
  expect(stopped.data).toMatchObject({ id: data.id, reason: 'stopped' });
  await until(() => !call.heard.isReceiving(150), { what: 'the silence after it' });
  expect((call.heard.endedAt ?? 0) - released).toBeLessThan(2_000);
  await hangUp({ call, callId });
});

test.each([
  ['ulaw', 0, 160],
  ['alaw', 8, 160],
  ['slin', 10, 320],
  ['slin16', 118, 640],
])('rtp: %s goes out 50 times a second, in order, and comes back', async (format, payloadType, size) => {
  await using host = await RtpHost.open();
  const { call, callId } = await given(
    start({ external_host: host.host, encapsulation: 'rtp', transport: 'udp', format }),
    digit,
    stop,
    idle,
  );
  call.tone(700);
  await hears(call, 700);
  await untilArrived(host.arrivals, 120);
  const { packets, arrivals } = host;
  expectFifty(arrivals);
  expect([...arrivals.sizes]).toEqual([size]);
  expect(new Set(packets.map((packet) => packet.payloadType))).toEqual(new Set([payloadType]));
  expect(new Set(packets.map(({ ssrc }) => ssrc)).size).toBe(1);
  const steps = packets
    .slice(1)
    .map((packet, index) => [
      (packet.sequence - (packets[index]?.sequence ?? 0)) & 0xffff,
      (packet.timestamp - (packets[index]?.timestamp ?? 0)) >>> 0,
    ]);
  expect(new Set(steps.map(String))).toEqual(new Set([`1,${format === 'slin16' ? 320 : 160}`]));
  await call.digits('1', { duration: 80 });
  const released = wallTime();
  await told('stopped', callId);
  expect(arrivals.last - released).toBeLessThan(2_000);
  await hangUp({ call, callId });
});

test.concurrent('rtp: a host that begins a new stream is heard all the same; strangers are not', async () => {
  await using host = await RtpHost.open();
  await using stranger = await RtpHost.open();
  let jump = 0;
  let ssrc = 1;
  host.answer = (packet) => ({ ...packet, sequence: (packet.sequence + jump) & 0xffff, ssrc });
  const { call, callId } = await given(start({ external_host: host.host }), idle);
  const { data } = await told('started', callId);
  call.tone(500);
  await hears(call, 500);
  for (const next of [40_000, 10_000, 60_000]) {
    jump = next;
    ssrc = next;
    const now = wallTime();
    await until(() => (call.heard.endedAt ?? 0) > now + 400, { what: 'more packets' });
    await hears(call, 500);
  }
  for (const junk of [Buffer.alloc(0), Buffer.alloc(1_500, 0xff), Buffer.from('GET / HTTP/1.0')])
    stranger.send(junk, `127.0.0.1:${data.local_port}`);
  await hears(call, 500);
  await hangUp({ call, callId });
});

test.concurrent('rtp: a host with payload types of its own is heard; one that sends what nobody can hear is told', async () => {
  await using host = await RtpHost.open();
  host.answer = (packet) => ({ ...packet, payloadType: 97 });
  const { call, callId } = await given(start({ external_host: host.host, format: 'slin16' }), digit, idle);
  await told('started', callId);
  call.tone(620);
  await hears(call, 620);
  await hangUp({ call, callId });
  host.answer = (packet) => ({ ...packet, payloadType: 3, payload: packet.payload.subarray(0, 33) });
  const deaf = await given(start({ external_host: host.host }), idle);
  expect((await told('stopped', deaf.callId)).data).toMatchObject({ reason: 'peer_failed' });
  await hangUp(deaf);
});

test.concurrent('rtp: a host that sends digits only may be heard later; one that streams short packets is told', async () => {
  await using host = await RtpHost.open();
  let count = 0;
  // A digit of 200 ms, again and again.
  host.answer = (packet) => {
    const [digit, update] = [Math.floor(count / 10), (count++ % 10) + 1];
    const payload = Buffer.from([digit % 10, 0x0a, (update * 160) >> 8, (update * 160) & 0xff]);
    return { ...packet, payloadType: 101, timestamp: digit * 1_600, payload };
  };
  const dials = await given(start({ external_host: host.host }), idle);
  await until(() => count > 250, { what: 'five seconds of digits' });
  host.answer = (packet) => packet;
  dials.call.tone(620);
  await hears(dials.call, 620);
  await hangUp(dials);
  expect((await told('stopped', dials.callId)).data).toMatchObject({ reason: 'hangup' });
  host.answer = (packet) => ({ ...packet, payloadType: 101, payload: packet.payload.subarray(0, 4) });
  const deaf = await given(start({ external_host: host.host }), idle);
  expect((await told('stopped', deaf.callId)).data).toMatchObject({ reason: 'peer_failed' });
  await hangUp(deaf);
});

test.concurrent('rtp, server: the host that was named is the peer, and gets the call; a stranger is neither heard nor sent anything', async () => {
  await using host = await RtpHost.open();
  await using stranger = await RtpHost.open();
  const option = { connection_type: 'server', external_host: host.host };
  const { call, callId } = await given(start(option), idle);
  const { data } = await told('started', callId);
  call.tone(600);
  expect(host.arrivals.count).toBe(0);
  const noise = stranger.speak(`${data.local_ip}:${data.local_port}`, 950);
  const line = () => system.daemon.log.some(({ msg }) => msg === 'external_media_stranger');
  await until(line, { what: 'the stranger to be told' });
  const silence = host.speak(`${data.local_ip}:${data.local_port}`, 0);
  await untilArrived(host.arrivals, 1);
  silence();
  await hears(call, 600);
  await untilArrived(host.arrivals, 20);
  expect(call.heard.sounds().filter(({ frequency = 0 }) => Math.abs(frequency - 950) < 60)).toEqual([]);
  noise();
  expect(stranger.arrivals.count).toBe(0);
  const figures = await figuresOf(system.daemon.url);
  expect(figures.get('ariflow_external_media_strange_packets_total')).toBeGreaterThan(0);
  expected.push(/external_media_stranger/);
  await hangUp({ call, callId });
});

test.concurrent('send: the host hears the caller, who hears nothing of it; receive: the other way round', async () => {
  await using host = await RtpHost.open();
  const sending = await given(start({ external_host: host.host, direction: 'send' }), idle);
  sending.call.tone(500);
  await untilArrived(host.arrivals, 60);
  expect(sending.call.heard.packets).toBe(0);
  expect(host.packets.at(-1)?.payload.some((byte) => byte !== 0xff)).toBe(true);
  await hangUp(sending);

  await using speaker = await RtpHost.open();
  const receiving = await given(start({ external_host: speaker.host, direction: 'receive' }), idle);
  const { data } = await told('started', receiving.callId);
  const beSilent = speaker.speak(`${data.local_ip}:${data.local_port}`, 900);
  receiving.call.tone(500);
  await hears(receiving.call, 900);
  expect(speaker.arrivals.count).toBe(0);
  beSilent();
  await hangUp(receiving);
});

test.concurrent('a prompt is heard while the host speaks, and the host again after it', async () => {
  await using host = await RtpHost.open();
  const { call, callId } = await given(
    start({ external_host: host.host }),
    digit,
    { type: 'talk', option: { text: 'one two three' } },
    { id: 'end', ...idle },
  );
  call.tone(440);
  await hears(call, 440);
  await call.digits('1', { duration: 80 });
  await until(() => call.heard.isReceiving() && call.heard.toneAt(440) < 0.6, { what: 'the prompt' });
  await system.sink.waitFor(
    ({ type, data }) =>
      type === 'call_updated' && data.id === callId && (data.action as { id: string }).id === 'end',
  );
  await hears(call, 440);
  await hangUp({ call, callId });
});

test.concurrent.each(['before', 'after'])(
  'a recording begun %s it has on its right what the host says',
  async (when) => {
    await using host = await RtpHost.open();
    const media = start({ external_host: host.host });
    const recording = { type: 'recording_start' };
    const { call, callId } = await given(
      ...(when === 'before' ? [recording, media] : [media, recording]),
      digit,
      stop,
      digit,
      { type: 'recording_stop' },
      idle,
    );
    const { data } = await told('started', callId);
    host.answer = () => undefined;
    const beSilent = host.speak(`127.0.0.1:${data.local_port}`, 900);
    call.tone(500);
    await hears(call, 900);
    const since = wallTime();
    await until(() => wallTime() - since > 1_500, { what: 'a second and a half of it' });
    beSilent();
    await call.digits('1', { duration: 80 });
    await told('stopped', callId);
    await call.digits('2', { duration: 80 });
    const done = await system.sink.waitFor(
      ({ type, data: { reference_id, status } }) =>
        type === 'recording_updated' && reference_id === callId && status === 'done',
    );
    const [left, right] = await channelsOf(String(done.data.id));
    expect(toneIn(left, 500)).toBeGreaterThan(1_200);
    expect(toneIn(left, 900)).toBe(0);
    expect(toneIn(right, 900)).toBeGreaterThan(1_200);
    expect(toneIn(right, 500)).toBe(0);
    await hangUp({ call, callId });
  },
);

test.concurrent('who is connected meanwhile is heard together with the host, and the host alone after it', async () => {
  await using host = await RtpHost.open();
  const desk = await system.desk('1001');
  expect(await desk.register()).toMatchObject({ status: 200 });
  const { call, callId } = await given(
    start({ external_host: host.host }),
    digit,
    { type: 'connect', option: { destinations: [{ type: 'extension', target: '1001' }] } },
    idle,
  );
  call.tone(440);
  await hears(call, 440);
  desk.onInvite(answering({ tone: 1_000 }));
  await call.digits('1', { duration: 80 });
  const callee = await until(() => desk.incoming[0], { what: 'the call to the desk' });
  await until(() => call.heard.toneAt(440) > 0.3 && call.heard.toneAt(1_000) > 0.3, {
    what: () => `both tones: ${call.heard.describe()}, ${call.heard.toneAt(1_000)}`,
  });
  await callee.bye();
  await hears(call, 440);
  await hangUp({ call, callId });
});

describe.each([
  ['slin', 320],
  ['slin16', 640],
])('audiosocket with %s', (format, size) => {
  test('sends the call to a server and lets the caller hear what comes back', async () => {
    await using host = await AudioSocketHost.open();
    const option = { external_host: host.host, encapsulation: 'audiosocket', transport: 'tcp', format };
    const { call, callId } = await given(start(option), digit, stop, idle);
    const { data } = await told('started', callId);
    call.tone(800);
    await hears(call, 800);
    await untilArrived(host.arrivals, 80);
    expectFifty(host.arrivals);
    expect([...host.arrivals.sizes]).toEqual([size]);
    expect(host.id).toBe(String(data.id).replaceAll('-', ''));
    await call.digits('1', { duration: 80 });
    const released = wallTime();
    await told('stopped', callId);
    await until(() => host.open === 0, { what: 'the connection to be closed' });
    expect(wallTime() - released).toBeLessThan(5_000);
    expect(host.arrivals.last - released).toBeLessThan(2_000);
    expect(host.others).toEqual([1, 0]); // the id, and good-bye
    await hangUp({ call, callId });
  });
});

test.concurrent('audiosocket: a server that says nothing hears the call all the same; one that hangs up ends it', async () => {
  await using host = await AudioSocketHost.open();
  host.isEchoing = false;
  const { call, callId } = await given(
    start({ external_host: host.host, encapsulation: 'audiosocket' }),
    idle,
  );
  await untilArrived(host.arrivals, 60);
  host.hangup();
  expect((await told('stopped', callId)).data).toMatchObject({ reason: 'peer_closed' });
  await hangUp({ call, callId });
});

test.concurrent('audiosocket: a server that sends no more and listens on has left', async () => {
  await using host = await AudioSocketHost.open({ allowHalfOpen: true });
  const { call, callId } = await given(
    start({ external_host: host.host, encapsulation: 'audiosocket' }),
    idle,
  );
  await untilArrived(host.arrivals, 20);
  host.sayNoMore();
  expect((await told('stopped', callId)).data).toMatchObject({ reason: 'peer_closed' });
  await hangUp({ call, callId });
});

test.concurrent('websocket: a good-bye ends it though the connection stays open, and so does HANGUP', async () => {
  await using host = await WebSocketHost.open();
  const option = { external_host: `ws://${host.host}`, transport: 'websocket' };
  const left = await given(start(option), idle);
  await untilArrived(host.arrivals, 20);
  const release = host.sayGoodBye();
  const said = wallTime();
  expect((await told('stopped', left.callId)).data).toMatchObject({ reason: 'peer_closed' });
  expect(wallTime() - said).toBeLessThan(3_000);
  release();
  await hangUp(left);
  const hungUp = await given(start(option), idle);
  await told('started', hungUp.callId);
  await until(() => host.texts.filter((text) => text.startsWith('MEDIA_START')).length === 2);
  host.say('HANGUP');
  expect((await told('stopped', hungUp.callId)).data).toMatchObject({ reason: 'peer_closed' });
  await hangUp(hungUp);
});

test.concurrent('websocket: what is no command of its own Asterisk is not told', async () => {
  await using host = await WebSocketHost.open();
  const { call, callId } = await given(
    start({ external_host: `ws://${host.host}`, transport: 'websocket' }),
    idle,
  );
  await until(() => host.texts.some((text) => text.startsWith('MEDIA_START')));
  for (const text of ['{"type":"transcript","text":"hello"}', 'ANSWER', 'NONSENSE', 'SET_MEDIA_DIRECTION in'])
    host.say(text);
  host.say('GET_STATUS');
  await until(() => host.texts.some((text) => text.startsWith('STATUS')));
  expect(host.texts.filter((text) => text.startsWith('ERROR'))).toEqual([]);
  call.tone(700);
  await hears(call, 700);
  await hangUp({ call, callId });
});

describe.each(['ulaw', 'slin16'])('websocket with %s', (format) => {
  test('client: we connect to a server, which may speak as Asterisk understands it', async () => {
    await using host = await WebSocketHost.open();
    const option = { external_host: `ws://${host.host}/audio?x=1`, transport: 'websocket', format };
    const { call, callId } = await given(start(option), digit, stop, idle);
    await told('started', callId);
    call.tone(1_100);
    await hears(call, 1_100);
    await untilArrived(host.arrivals, 80);
    expectFifty(host.arrivals);
    expect([...host.arrivals.sizes]).toEqual([format === 'ulaw' ? 160 : 640]);
    expect(host.texts[0]).toMatch(/^MEDIA_START /);
    await call.digits('1', { duration: 80 });
    const released = wallTime();
    await told('stopped', callId);
    await until(() => host.open === 0, { what: 'the connection to be closed' });
    expect(host.arrivals.last - released).toBeLessThan(2_000);
    await hangUp({ call, callId });
  });

  test('server: whoever connects to the URL that was told gets the call', async () => {
    const option = { encapsulation: 'none', transport: 'websocket', connection_type: 'server', format };
    const { call, callId } = await given(start(option), idle);
    const { data } = await told('started', callId);
    expect(data.media_uri).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/media\/[\w-]+$/);
    const socket = new WebSocket(String(data.media_uri), 'media');
    socket.on('message', (bytes: Buffer, isBinary) => isBinary && socket.send(bytes));
    await once(socket, 'open');
    call.tone(950);
    await hears(call, 950);
    socket.close();
    expect((await told('stopped', callId)).data).toMatchObject({ id: data.id, reason: 'peer_closed' });
    await hangUp({ call, callId });
  });
});

test.concurrent('hosts that cannot be had are a failure in bounded time, and the flow goes on', async () => {
  const [closed, silent] = [await freePort('tcp'), await AudioSocketHost.open()];
  await using _ = silent;
  const port = (number: number): string => `127.0.0.1:${number}`;
  const failing: readonly (readonly [object, string])[] = [
    [{ external_host: port(closed), encapsulation: 'audiosocket' }, 'UNREACHABLE'],
    [{ external_host: port(closed), transport: 'websocket' }, 'UNREACHABLE'],
    // Takes the connection and says nothing of HTTP.
    [{ external_host: silent.host, transport: 'websocket' }, 'UNREACHABLE'],
    [{ external_host: '10.1.2.3:4000' }, 'HOST_BLOCKED'],
    [{ external_host: 'ws://169.254.169.254/', transport: 'websocket' }, 'HOST_BLOCKED'],
    [{ external_host: 'no-such-host.invalid:4000' }, 'HOST_UNKNOWN'],
    [{ external_host: '${nothing}none' }, 'INVALID_HOST'],
  ];
  const began = wallTime();
  const { call, callId } = await given(...failing.map(([option]) => start(option)), { type: 'beep' }, idle);
  await until(() => call.heard.firstSoundAt(began), { timeout: 60_000, what: 'the beep behind them' });
  expect(wallTime() - began).toBeLessThan(45_000);
  const reasons = () =>
    system.sink
      .eventsOf(callId)
      .flatMap(({ type, data }) => (type === 'external_media_failed' ? [data.reason] : []));
  await until(() => reasons().length === failing.length, { what: 'the failures' });
  expect(reasons()).toEqual(failing.map(([, reason]) => reason));
  await hangUp({ call, callId });
}, 60_000);

test('a call has at most five; one of them can be ended alone', async () => {
  await using host = await RtpHost.open();
  const one = start({ external_host: host.host, direction: 'send' });
  const { call, callId } = await given(
    digit,
    ...[one, one, one, one, one, one],
    { type: 'external_media_stop', option: { id: '${voipbin.external_media.id}' } },
    digit,
    stop,
    idle,
  );
  const portsOfCall = rtpPortsInUse();
  expect(portsOfCall).toBeGreaterThan(0);
  await call.digits('1', { duration: 80 });
  expect((await told('failed', callId)).data).toMatchObject({ reason: 'TOO_MANY_EXTERNAL_MEDIA' });
  const count = (what: string): number =>
    system.sink.eventsOf(callId).filter(({ type }) => type === `external_media_${what}`).length;
  await until(() => count('stopped') === 1, { what: 'one to be ended' });
  expect(count('started')).toBe(5);
  expect(rtpPortsInUse()).toBe(portsOfCall); // they can never run out because of it
  const now = host.packets.length;
  await until(() => host.packets.length > now + 300, { what: 'the others to go on' });
  expect(host.arrivals.inBestSecond).toBeGreaterThan(180);
  await call.digits('1', { duration: 80 });
  await until(() => count('stopped') === 5, { what: 'all to be ended' });
  await hangUp({ call, callId });
});

test('a caller who hangs up at any moment leaves nothing behind', async () => {
  await using rtp = await RtpHost.open();
  await using audioSocket = await AudioSocketHost.open();
  await using webSocket = await WebSocketHost.open();
  const forms = [
    { external_host: rtp.host },
    { connection_type: 'server', external_host: '127.0.0.1' },
    { external_host: audioSocket.host, encapsulation: 'audiosocket' },
    { external_host: webSocket.host, transport: 'websocket' },
    { transport: 'websocket', connection_type: 'server' },
  ];
  for (const [index, form] of forms.entries()) {
    await system.flowOn(`bye-${index}`, [start(form), idle]);
    for (const delay of [0, 10, 100, 1_000]) {
      const phone = await system.caller();
      const call = await phone.call(`bye-${index}`);
      await call.answered;
      const answered = wallTime();
      await until(() => wallTime() - answered >= delay);
      await call.bye();
      const types = await system.history(await system.callTo(`bye-${index}`));
      const count = (what: string) => types.filter((type) => type === `external_media_${what}`).length;
      expect(count('stopped')).toBe(count('started'));
      expect(types).not.toContain('action_failed');
      expect(types.at(-1)).toBe('activeflow_deleted');
      await system.quiet(expected);
    }
  }
  await until(() => audioSocket.open + webSocket.open === 0, { what: 'all connections to be closed' });
}, 240_000);

test('a host that was expected when the daemon was killed may come afterwards', async () => {
  const { call, callId } = await given(start({ transport: 'websocket', connection_type: 'server' }), idle);
  const { data } = await told('started', callId);
  expected.push(/orphan_hung_up/, /Web socket closed abruptly/, /WebSocket read error/);
  system.daemon.kill('SIGKILL');
  await system.restartDaemon();
  const socket = new WebSocket(String(data.media_uri), 'media');
  socket.on('message', (audio: Buffer, isBinary) => isBinary && socket.send(audio));
  await once(socket, 'open');
  call.tone(1_200);
  await hears(call, 1_200);
  await hangUp({ call, callId });
});

test('what runs is kept, and is over when its call is', async () => {
  await using host = await sippEcho();
  const media = await given(start({ external_host: host.host }), idle);
  const { data } = await told('started', media.callId);
  await until(() => stored(String(data.id))?.status === 'started', {
    what: () => 'external media in the store',
  });
  await hangUp(media);
  await until(() => stored(String(data.id))?.status === 'stopped', { what: () => 'the end of it' });
  expect(stored(String(data.id))).toMatchObject({ reference_id: media.callId, reason: 'hangup' });
});
