import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { DgramAsPromised } from 'dgram-as-promised';
import { WebSocketServer } from 'ws';
import { udpPortProblem } from '../../src/asterisk/port-problems.ts';
import { localTool } from '../../src/core/local-tool.ts';
import { freePort } from './free-port.ts';
import { encode } from './g711.ts';
import { mediaClock } from './media-clock.ts';
import { formatRtp, parseRtp, type RtpPacket } from './rtp-packet.ts';
import { frameSize, tone } from './tones.ts';
import { eventually, until } from './until.ts';
import { wallTime } from './wall-time.ts';

/** Somebody's media server, on loopback. */
export interface MediaHost extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
}

/** SIPp sends back what comes to its media port. */
export async function sippEcho(): Promise<MediaHost> {
  const [sip, media] = [await freePort('udp'), await freePort('udp')];
  const tool = localTool('sipp');
  const args = ['-sn', 'uas', '-rtp_echo', '-i', '127.0.0.1', '-p', String(sip), '-mi', '127.0.0.1'];
  const child = spawn(
    tool.command,
    [...tool.args, ...args, '-mp', String(media), '-skip_rlimit', '-nostdin'],
    {
      env: { ...process.env, ...tool.env, TERM: 'dumb' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const closed = once(child, 'close');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.stdout.resume();
  child.stderr.resume();
  await eventually(async () => (await udpPortProblem('127.0.0.1', media)) !== undefined, { what: 'SIPp' });
  return {
    host: `127.0.0.1:${media}`,
    [Symbol.asyncDispose]: async () => {
      process.off('exit', kill);
      kill();
      await closed;
    },
  };
}

/** What has come to a host. */
export class Arrivals {
  readonly times: number[] = [];
  /** Bytes of audio of each piece. */
  readonly sizes = new Set<number>();

  note(size: number): void {
    this.times.push(wallTime());
    this.sizes.add(size);
  }

  get count(): number {
    return this.times.length;
  }

  get last(): number {
    return this.times.at(-1) ?? 0;
  }

  /** Pieces a second, from the first to the last. */
  get perSecond(): number {
    const [first = 0] = this.times;
    return (this.count - 1) / ((this.last - first) / 1_000);
  }

  /** Pieces in the fullest second: what a machine that is busy for a moment does not change. */
  get inBestSecond(): number {
    const counts = this.times.map(
      (from) => this.times.filter((at) => at >= from && at < from + 1_000).length,
    );
    return Math.max(0, ...counts);
  }
}

/** An RTP end that counts what comes and answers what `answer` makes of it; as it came, where nothing is said. */
export class RtpHost implements MediaHost {
  readonly arrivals = new Arrivals();
  readonly packets: RtpPacket[] = [];
  readonly host: string;
  /** The packet to send back; `undefined`: none. */
  answer: (packet: RtpPacket) => RtpPacket | undefined = (packet) => packet;
  readonly #socket;

  private constructor(socket: ReturnType<typeof DgramAsPromised.createSocket>, port: number) {
    this.#socket = socket;
    this.host = `127.0.0.1:${port}`;
    socket.socket.on('message', (datagram, from) => {
      const packet = parseRtp(datagram);
      if (!packet) return;
      this.arrivals.note(packet.payload.length);
      this.packets.push(packet);
      const answer = this.answer(packet);
      if (answer) socket.socket.send(formatRtp(answer), from.port, from.address);
    });
  }

  static async open(): Promise<RtpHost> {
    const socket = DgramAsPromised.createSocket('udp4');
    const { port } = await socket.bind(0, '127.0.0.1');
    return new RtpHost(socket, port);
  }

  /** Says a tone (0 Hz: silence) as ulaw to an address, until what it returns is called. */
  speak(to: string, frequency: number): () => void {
    let index = 0;
    return mediaClock.add(() => {
      const timestamp = index * frameSize;
      const payload = encode('ulaw', tone(frequency, frameSize, { offset: timestamp }));
      const packet = { payloadType: 0, marker: index === 0, sequence: index++, timestamp, ssrc: 7, payload };
      this.send(formatRtp(packet), to);
    });
  }

  send(datagram: Uint8Array, to: string): void {
    const [host, port] = to.split(':');
    this.#socket.socket.send(datagram, Number(port), host);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket.close();
  }
}

/** An AudioSocket server that sends back all audio. */
export class AudioSocketHost implements MediaHost {
  readonly arrivals = new Arrivals();
  /** Types of messages that came, oldest first, without those of audio. */
  readonly others: number[] = [];
  /** The id that was said first. */
  id = '';
  connections = 0;
  /** Whether audio is sent back. */
  isEchoing = true;
  readonly host: string;
  readonly #server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number, options: { readonly allowHalfOpen?: boolean }) {
    this.host = `127.0.0.1:${port}`;
    this.#server = createServer(options);
    this.#server.on('connection', (socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      let rest = Buffer.alloc(0);
      socket.on('data', (bytes) => {
        rest = Buffer.concat([rest, bytes]);
        while (rest.length >= 3 && rest.length >= 3 + rest.readUInt16BE(1)) {
          const size = 3 + rest.readUInt16BE(1);
          this.#take(socket, rest.subarray(0, size));
          rest = rest.subarray(size);
        }
      });
    });
  }

  static async open(options: { readonly allowHalfOpen?: boolean } = {}): Promise<AudioSocketHost> {
    const host = new AudioSocketHost(await freePort('tcp'), options);
    host.#server.listen(Number(host.host.split(':')[1]), '127.0.0.1');
    await once(host.#server, 'listening');
    return host;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  hangup(): void {
    for (const socket of this.#sockets) socket.end(Buffer.from([0, 0, 0]));
  }

  /** Ends its side of the connections, and says nothing of it. */
  sayNoMore(): void {
    for (const socket of this.#sockets) socket.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(socket: Socket, message: Buffer): void {
    const [type = 0] = message;
    if (type === 0x10 || type === 0x12) {
      this.arrivals.note(message.length - 3);
      if (this.isEchoing && socket.writable) socket.write(message);
      return;
    }
    if (type === 0x01) this.id = message.subarray(3).toString('hex');
    this.others.push(type);
  }
}

/** A WebSocket server that sends back all audio. */
export class WebSocketHost implements MediaHost {
  readonly arrivals = new Arrivals();
  readonly texts: string[] = [];
  readonly host: string;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<Socket>();

  private constructor(server: WebSocketServer, port: number) {
    this.#server = server;
    this.host = `127.0.0.1:${port}`;
    server.on('connection', (socket, { socket: connection }) => {
      this.#connections.add(connection);
      connection.once('close', () => this.#connections.delete(connection));
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer, isBinary) => {
        if (!isBinary) return void this.texts.push(data.toString());
        this.arrivals.note(data.length);
        socket.send(data);
      });
    });
  }

  static async open(): Promise<WebSocketHost> {
    const port = await freePort('tcp');
    const server = new WebSocketServer({ host: '127.0.0.1', port });
    await once(server, 'listening');
    return new WebSocketHost(server, port);
  }

  get open(): number {
    return this.#server.clients.size;
  }

  hangup(): void {
    for (const socket of this.#server.clients) socket.close();
  }

  /** A text message. */
  say(text: string): void {
    for (const socket of this.#server.clients) socket.send(text);
  }

  /** Sends a Close frame and leaves the connections open, until what it returns is called. */
  sayGoodBye(): () => void {
    const connections = [...this.#connections];
    for (const connection of connections) connection.write(Buffer.from([0x88, 0x02, 0x03, 0xe8]));
    return () => connections.forEach((connection) => void connection.destroy());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Waits until this much audio came to a host. */
export async function untilArrived(arrivals: Arrivals, count: number): Promise<void> {
  await until(() => arrivals.count >= count, {
    what: () => `${count} pieces of audio, came ${arrivals.count}`,
  });
}
