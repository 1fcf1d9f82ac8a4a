import { zeroId } from '../../../src/core/clock.ts';
import { operationsOf } from '../described-fields.ts';
import type { FakeAsterisk } from '../fake-asterisk.ts';
import { GoogleSttServer } from '../google-stt-server.ts';
import { eventually } from '../until.ts';
import { type WebhookRequest, WebhookSink } from '../webhook-sink.ts';
import { givenWholeDaemon, type WholeDaemon } from '../whole-daemon.ts';
import { laidOut } from './laid-out.ts';
import { WireWords } from './words.ts';

/** One request. */
export interface Asking {
  /** What the path wants: `{ id }`. */
  readonly path?: Readonly<Record<string, string>>;
  /** `?page_size=1` */
  readonly query?: string;
  readonly body?: unknown;
  /** Besides those that are always sent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of JSON. */
  readonly file?: Uint8Array<ArrayBuffer>;
  /** Sent instead of the good one; none where empty. */
  readonly token?: string;
  /** Names of numbers in the answer that are measured. */
  readonly vague?: readonly string[];
}

/** A route as `/openapi.json` describes it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** `/v1.0/flows/{id}` */
  readonly path: string;
  readonly hasBody: boolean;
  readonly needsToken: boolean;
}

/** What is the same in every answer, of this API or of any. */
const usual = /^(date|content-length|connection|keep-alive|x-ratelimit-.*)$/;
const usualValues: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-type': 'application/json; charset=utf-8',
};

/** What is measured of what events tell. */
const measured: Readonly<Record<string, readonly string[]>> = {
  amd_finished: ['duration'],
  recording_updated: ['duration'],
  recording_deleted: ['duration'],
  transcript_created: ['start', 'end'],
  transcript_interim: ['start', 'end'],
  queuecall_serviced: ['duration_waiting'],
  queuecall_kicking: ['duration_waiting'],
  queuecall_done: ['duration_waiting', 'duration_service'],
  queuecall_abandoned: ['duration_waiting'],
};

/** Every daemon has the same, and takes half a second to write them down. */
let described: Promise<readonly Operation[]> | undefined;

async function describedBy({ url }: WholeDaemon): Promise<readonly Operation[]> {
  return operationsIn(await (await fetch(`${url}/openapi.json`)).json());
}

/** Everything that a whole daemon says on the wire, to whoever asks and to its webhooks, as text that is the same in every run. */
export class WireTranscript implements AsyncDisposable {
  readonly daemon: WholeDaemon;
  /** Takes every event, at `/events`. */
  readonly sink: WebhookSink;
  /** Hears what is said. */
  readonly speech: GoogleSttServer;
  readonly operations: readonly Operation[];
  /** The ids of the operations that did what they were asked. */
  readonly answered = new Set<string>();
  readonly #words: WireWords;
  readonly #entries: string[] = [];
  #written = 0;

  private constructor(
    daemon: WholeDaemon,
    { sink, speech }: Pick<WireTranscript, 'sink' | 'speech'>,
    operations: readonly Operation[],
  ) {
    this.daemon = daemon;
    this.sink = sink;
    this.speech = speech;
    this.operations = operations;
    const places = [
      [daemon.url, 'http://api'],
      [daemon.ariUrl.replace(/^http/, 'ws').replace(/\/ari$/, ''), 'ws://asterisk'],
      [sink.url, 'http://endpoint'],
    ] as const;
    this.#words = new WireWords(new Map(places));
  }

  static async open(): Promise<WireTranscript> {
    const sink = await WebhookSink.open();
    const speech = await GoogleSttServer.open();
    const daemon = await givenWholeDaemon({
      ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8',
      ARIFLOW_API_RATE_FAILED: '1000000',
      ARIFLOW_PUBLIC_URL: 'https://calls.example',
      ARIFLOW_STT_GOOGLE_ENDPOINT: speech.url,
      ARIFLOW_SMS_URL: `${sink.url}/sms`,
      ARIFLOW_OUTBOUND_ALLOW: '+49301',
    });
    described ??= describedBy(daemon);
    const transcript = new WireTranscript(daemon, { sink, speech }, await described);
    await transcript.#send('createWebhook', { body: { name: 'all', uri: `${sink.url}/events` } });
    return transcript;
  }

  get asterisk(): FakeAsterisk {
    return this.daemon.asterisk;
  }

  /** Every event so far, oldest first. */
  get events(): readonly WebhookRequest[] {
    return this.sink.requests.filter(({ path }) => path === '/events');
  }

  /** Asks and writes down the answer; resolves to its body. */
  // biome-ignore lint/suspicious/noExplicitAny: a scenario goes on with whatever came back.
  async ask(id: string, asking: Asking = {}): Promise<any> {
    const { request, response, text } = await this.#send(id, asking);
    if (response.ok || response.status === 302) this.answered.add(id);
    const headers = [...response.headers].filter(
      ([name, value]) => !usual.test(name) && usualValues[name] !== value,
    );
    const type = response.headers.get('content-type') ?? '';
    const isShown = /json/.test(type) || type === '';
    this.#write(
      `${id}: ${this.#words.of(request)}`,
      `${response.status}${headers.map((header) => ` ${this.#words.of(header.join(': '))}`).join(',')}`,
      ...(text === '' ? [] : [isShown ? laidOut(this.#words.of(text, asking.vague)) : '(no JSON)']),
    );
    return /json/.test(type) ? JSON.parse(text) : text;
  }

  /** Waits for an event; resolves to its data. */
  // biome-ignore lint/suspicious/noExplicitAny: a scenario goes on with whatever came.
  async told(type: string, matches: (data: any) => boolean = () => true): Promise<any> {
    const isIt = ({ path, type: came, data }: WebhookRequest): boolean =>
      path === '/events' && came === type && matches(data);
    return (await this.sink.waitFor(isIt)).data;
  }

  /** Waits until everything was delivered, and writes down the events since the last time, thing by thing. */
  async quiet(): Promise<void> {
    const isQuiet = async (): Promise<boolean> => {
      const { text } = await this.#send('listDeliveries', { query: '?state=pending&page_size=1' });
      return (JSON.parse(text) as { result: unknown[] }).result.length === 0;
    };
    await eventually(isQuiet, { what: 'all deliveries' });
    const come = this.events.slice(this.#written);
    this.#written += come.length;
    const lanes = Map.groupBy(come, ({ data }) => laneOf(data));
    const inOrder = [...lanes.values()].sort((one, other) => (beginOf(one) < beginOf(other) ? -1 : 1));
    for (const { type = '', rawBody } of inOrder.flat())
      this.#write(`event ${type}`, laidOut(this.#words.of(String(rawBody), measured[type])));
  }

  /** All of it, and how its events were sent. */
  async text(): Promise<string> {
    await this.quiet();
    const ways = new Set(this.events.map(({ method, headers }) => this.#words.of(wayOf(method, headers))));
    return `${[...this.#entries, ...[...ways].map((way) => `every event\n${way}`)].join('\n\n')}\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.sink.close();
    await this.speech[Symbol.asyncDispose]();
  }

  #write(...lines: readonly string[]): void {
    this.#entries.push(lines.join('\n'));
  }

  async #send(id: string, asking: Asking) {
    const { path = {}, query = '', headers = {}, body, file, token = this.daemon.token } = asking;
    const operation = this.operations.find((known) => known.id === id);
    if (!operation) throw new Error(`there is no operation ${id}`);
    const { method } = operation;
    const place = `${operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => path[name] ?? zeroId)}${query}`;
    const json = body === undefined ? undefined : JSON.stringify(body);
    const response = await fetch(`${this.daemon.url}${place}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: json }),
      ...(file && { body: file }),
    });
    const said = Object.entries(headers).map((header) => header.join(': '));
    const content = json ?? (file ? '(a file)' : '');
    const request = [token === '' ? 'without token' : '', method, place, ...said, content]
      .filter(Boolean)
      .join(' ');
    return { request, response, text: await response.text() };
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a document that other tests look into.
function operationsIn(document: any): readonly Operation[] {
  return operationsOf(document)
    .map(({ where, operation }) => {
      const [method = '', path = ''] = where.split(' ');
      const needsToken = operation.security?.length !== 0;
      return { id: operation.operationId, method, path, hasBody: 'requestBody' in operation, needsToken };
    })
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** What comes in order: a call with all that belongs to it, or one thing. */
function laneOf(data: WebhookRequest['data']): string {
  const { id, reference_type, reference_id, activeflow_id = id } = data;
  if (reference_type === undefined) return String(id);
  return String(reference_id === zeroId ? activeflow_id : reference_id);
}

/** No two changes are of the same microsecond. */
function beginOf([first]: readonly WebhookRequest[]): string {
  return String(first?.data.tm_update ?? first?.data.tm_create);
}

function wayOf(method: string, headers: WebhookRequest['headers']): string {
  const { host: _, 'content-length': __, ...rest } = headers;
  const shown = Object.entries(rest)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([name, value]) =>
        `${name}: ${value.replaceAll(/[\w+/]{43}=|[0-9a-f]{64}|\d{10}|msg_\w+/g, '<changing>')}`,
    );
  return [method, ...shown].join('\n');
}
