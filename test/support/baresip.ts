import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localFile, localTool } from '../../src/core/local-tool.ts';
import { freePort } from './free-port.ts';
import { eventually, until } from './until.ts';

export interface BaresipOptions {
  /** `host:port` of where it registers. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** How its audio is encrypted, as it calls that. */
  readonly encryption?: 'srtp-mand' | 'dtls_srtp';
  /** A file: whom it trusts, with TLS. */
  readonly ca?: string;
  /** Whom it watches (BLF). */
  readonly watches?: readonly string[];
  /** The tone it says; without one what it hears. */
  readonly tone?: number;
}

/** What baresip tells of itself. */
export interface BaresipEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** baresip, a real phone of Debian, with nobody at it: it takes every call. */
export class Baresip implements AsyncDisposable {
  readonly events: BaresipEvent[] = [];
  /** All that it has printed, SIP included. */
  output = '';
  readonly #child: ChildProcess;
  readonly #control: Socket;
  readonly #answers: ((answer: string) => void)[] = [];
  readonly #folder: string;

  private constructor(child: ChildProcess, control: Socket, folder: string) {
    this.#child = child;
    this.#control = control;
    this.#folder = folder;
    const read = (chunk: Buffer): void => {
      this.output += chunk.toString();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    let rest: Buffer = Buffer.alloc(0);
    control.on('data', (chunk: Buffer) => {
      rest = this.#take(Buffer.concat([rest, chunk]));
    });
    control.on('error', () => undefined);
  }

  static async open(options: BaresipOptions): Promise<Baresip> {
    const folder = mkdtempSync(join(tmpdir(), 'baresip-'));
    const [control, sip] = [await freePort('tcp'), await freePort('udp')];
    for (const [name, text] of Object.entries(filesOf(options, { control, sip })))
      writeFileSync(join(folder, name), text);
    const { command, args, env } = localTool('baresip');
    const child = spawn(command, [...args, '-f', folder, '-s', '-v'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const socket = await eventually(() => connected(control), { what: 'baresip to start' });
    return new Baresip(child, socket, folder);
  }

  /** As typed into it, such as `dial 100`. Answers what it says to that. */
  command(command: string, params = ''): Promise<string> {
    const text = JSON.stringify({ command, params });
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#control.write(`${Buffer.byteLength(text)}:${text},`);
    });
  }

  /** Waits for the next event of a type that nobody has waited for. */
  async event(type: string): Promise<BaresipEvent> {
    const found = await until(() => this.events.find((event) => event.type === type), {
      what: `${type} of baresip`,
    });
    this.events.splice(this.events.indexOf(found), 1);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#control.destroy();
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true });
  }

  /** Netstrings of JSON. */
  #take(text: Buffer): Buffer {
    const colon = text.indexOf(':');
    const size = Number(text.subarray(0, colon).toString());
    if (colon < 0 || text.length < colon + size + 2) return text;
    const message = JSON.parse(text.subarray(colon + 1, colon + 1 + size).toString());
    if (message.response === true) this.#answers.shift()?.(String(message.data ?? ''));
    else this.events.push(message);
    return this.#take(text.subarray(colon + size + 2));
  }
}

function connected(port: number): Promise<Socket | false> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', () => resolve(false));
  });
}

function filesOf(options: BaresipOptions, ports: { control: number; sip: number }): Record<string, string> {
  const { server, user, password, transport = 'udp', encryption, ca, watches = [], tone } = options;
  const config = [
    `module_path ${localFile('usr/lib/baresip/modules')}`,
    ...['account', 'menu', 'ctrl_tcp', 'contact', 'presence'].map((name) => `module_app ${name}.so`),
    ...['aubridge', 'ausine', 'g711', 'srtp', 'dtls_srtp'].map((name) => `module ${name}.so`),
    `ctrl_tcp_listen 127.0.0.1:${ports.control}`,
    `sip_listen 127.0.0.1:${ports.sip}`,
    'net_interface 127.0.0.1',
    ...(ca === undefined ? [] : [`sip_cafile ${ca}`, 'sip_verify_server yes']),
    ...(tone === undefined
      ? ['audio_source aubridge,loop']
      : [`audio_source ausine,${tone}`, 'ausrc_srate 48000']),
    'audio_player aubridge,loop',
  ];
  const parameters = [
    `auth_pass=${password}`,
    'answermode=auto',
    'regint=300',
    'audio_codecs=PCMU/8000/1',
    ...(encryption === undefined ? [] : [`mediaenc=${encryption}`]),
  ];
  return {
    config: `${config.join('\n')}\n`,
    accounts: `<sip:${user}@${server};transport=${transport}>;${parameters.join(';')}\n`,
    contacts: watches
      .map((number) => `"${number}" <sip:${number}@${server};transport=${transport}>;presence=p2p\n`)
      .join(''),
  };
}
