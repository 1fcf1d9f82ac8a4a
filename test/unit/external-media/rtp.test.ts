import { once } from 'node:events';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Scope } from '../../../src/core/scope.ts';
import { wireFormat } from '../../../src/external-media/formats.ts';
import type { PeerOptions } from '../../../src/external-media/peer.ts';
import { openRtp, type RtpEndOptions } from '../../../src/external-media/rtp.ts';
import { formatRtp, parseRtp } from '../../../src/external-media/rtp-packet.ts';
import { freePort } from '../../support/free-port.ts';

const frame = Buffer.alloc(160, 0xff);
const packet = formatRtp({
  payloadType: 0,
  marker: true,
  sequence: 1,
  timestamp: 0,
  ssrc: 1,
  payload: frame,
});

/** Every socket that was made, and how many of them are closed. */
const sockets: SocketAsPromised[] = [];
let closed = 0;

beforeEach(() => {
  sockets.length = 0;
  closed = 0;
  const create = DgramAsPromised.createSocket.bind(DgramAsPromised);
  const spy = vi.spyOn(DgramAsPromised, 'createSocket').mockImplementation((type) => {
    const socket = create(type);
    socket.socket.once('close', () => closed++);
    sockets.push(socket);
    return socket;
  });
  onTestFinished(() => spy.mockRestore());
});

/** An end of ours that waits for a host on this machine, unless told otherwise, and what is told of it. */
async function given(options: Partial<RtpEndOptions> = {}) {
  const reported: unknown[] = [];
  const scope = new Scope((error) => reported.push(error));
  onTestFinished(async () => {
    await scope.close();
    expect(reported).toEqual([]);
  });
  const port = await freePort('udp');
  const heard: Buffer[] = [];
  const ended: string[] = [];
  const strangers = { count: 0 };
  const peer: PeerOptions = {
    id: 'e6d6d6b4-0000-4000-8000-000000000000',
    format: wireFormat('ulaw'),
    scope,
    isHeard: true,
    onAudio: (bytes) => heard.push(bytes),
    onStranger: () => void strangers.count++,
    onEnd: (why) => ended.push(why),
  };
  const rtp = {
    listensAt: '127.0.0.1',
    localIp: '127.0.0.1',
    ports: [port, port],
    host: { address: '127.0.0.1', port: 0, comes: true },
  } as const;
  return { scope, port, heard, ended, strangers, open: () => openRtp({ ...rtp, ...options }, peer) };
}

/** Another program at a port; any, unless told. */
async function givenHost(at = 0) {
  const socket = DgramAsPromised.createSocket('udp4');
  const { port } = await socket.bind(at, '127.0.0.1');
  onTestFinished(() => socket.close());
  return { port, socket: socket.socket };
}

test('what says it comes from port 0, which cannot be answered, is nobody', async () => {
  const { open, heard, ended } = await given();
  const peer = await open();
  sockets[0]?.socket.emit('message', packet, { address: '127.0.0.1', port: 0 });
  expect(() => peer.sendAudio(frame)).not.toThrow();
  expect(heard).toEqual([]);

  const host = await givenHost();
  const arrived = once(host.socket, 'message');
  host.socket.send(packet, peer.localPort, '127.0.0.1');
  await expect.poll(() => heard).toEqual([frame]);
  sockets[0]?.socket.emit('message', packet, { address: '127.0.0.1', port: 0 });
  peer.sendAudio(frame);
  const [datagram] = (await arrived) as [Buffer];
  expect(parseRtp(datagram)?.payload).toEqual(frame);
  expect(ended).toEqual([]);
});

test('whoever is not the host is counted, and neither heard nor sent anything', async () => {
  const [host, other] = [await givenHost(), await givenHost()];
  const { open, heard, strangers } = await given();
  const peer = await open();
  const arrived: unknown[] = [];
  other.socket.on('message', (datagram) => arrived.push(datagram));
  const emit = (address: string, port: number): void => {
    sockets[2]?.socket.emit('message', packet, { address, port });
  };
  emit('127.0.0.2', host.port); // before the host has come
  expect([heard.length, strangers.count]).toEqual([0, 1]);
  host.socket.send(packet, peer.localPort, '127.0.0.1');
  await expect.poll(() => heard).toHaveLength(1);
  emit('127.0.0.2', host.port);
  other.socket.send(packet, peer.localPort, '127.0.0.1'); // its address alone does not make it the host
  await expect.poll(() => strangers.count).toBe(3);
  const received = once(host.socket, 'message');
  peer.sendAudio(frame);
  await received;
  expect([heard.length, arrived]).toEqual([1, []]);
});

test('a host that was silent for long may come back from another port; one whose port is said may not', async () => {
  const { open, heard, strangers } = await given();
  const at = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  onTestFinished(() => at.mockRestore());
  await open();
  const from = (port: number) => ({ address: '127.0.0.1', port });
  let sequence = 0;
  const next = () =>
    formatRtp({
      payloadType: 0,
      marker: false,
      sequence: ++sequence,
      timestamp: 0,
      ssrc: 1,
      payload: frame,
    });
  const emit = (port: number) => sockets[0]?.socket.emit('message', next(), from(port));
  emit(4_000);
  at.mockReturnValue(5_900);
  emit(4_002);
  at.mockReturnValue(6_100);
  emit(4_002);
  emit(4_000);
  expect([heard.length, strangers.count]).toEqual([2, 2]);
  const strict = await given({ host: { address: '127.0.0.1', port: 4_000, comes: true } });
  await strict.open();
  sockets[1]?.socket.emit('message', packet, from(4_002));
  sockets[1]?.socket.emit('message', packet, from(4_000));
  expect([strict.heard.length, strict.strangers.count]).toEqual([1, 1]);
});

test('audio that comes after the end goes nowhere', async () => {
  const host = await givenHost();
  const { open, scope, ended } = await given({
    host: { address: '127.0.0.1', port: host.port, comes: false },
  });
  const peer = await open();
  const closing = scope.close();
  expect(() => peer.sendAudio(frame)).not.toThrow();
  await closing;
  expect(() => peer.sendAudio(frame)).not.toThrow();
  expect(closed).toBe(1);
  expect(ended).toEqual([]);
});

test('a port that somebody has is passed over, and one of the others taken', async () => {
  const first = await freePort('udp');
  await givenHost(first);
  const ports = [first, first + 20] as const;
  const peers = await Promise.all(Array.from({ length: 15 }, async () => (await given({ ports })).open()));
  const taken = peers.map(({ localPort }) => localPort);
  expect(new Set(taken).size).toBe(15);
  expect(taken.filter((port) => port <= first || port > first + 20)).toEqual([]);
});

test('where there is no port left it says so, and keeps no socket', async () => {
  const { open, port, ended } = await given();
  await givenHost(port);
  await expect(open()).rejects.toMatchObject({ code: 'NO_PORT' });
  expect(sockets).toHaveLength(2); // the host's is one
  expect(closed).toBe(1);
  expect(ended).toEqual([]);
});

test('an address of another machine has no port at all', async () => {
  const { open, ended } = await given({ listensAt: '192.0.2.1', ports: [20_000, 20_100] });
  await expect(open()).rejects.toMatchObject({ code: 'NO_PORT' });
  expect([sockets.length, closed]).toEqual([1, 1]);
  expect(ended).toEqual([]);
});
