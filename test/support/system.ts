import { loadSecrets } from '../../src/config/secrets.ts';
import { ApiClient } from './api-client.ts';
import { startTestAsterisk, type TestAsterisk } from './asterisk.ts';
import type { MediaOptions } from './call-media.ts';
import { Phone } from './phone.ts';
import { type Daemon, spawnDaemon } from './processes.ts';
import { eventually } from './until.ts';
import { WebhookSink } from './webhook-sink.ts';

export interface SystemOptions {
  /** `ARIFLOW_…` on top of what the test Asterisk says. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether every event goes to `sink`; true. */
  readonly isWatched?: boolean;
  /** What the daemon connects to instead of this ARI. */
  readonly ariFor?: (ariUrl: string) => string | Promise<string>;
}

/** What is said where a machine is slow, or a phone hangs up between two frames or as it is hung up: true, and no fault of what is tested. */
const always = [
  /user_variables_late/,
  /res_musiconhold.c: Failed to write frame/,
  /chan_pjsip.c: Session already DISCONNECTED/,
  // Where it is asked for a sound it looks through all of them, and Debian has a link there that leads nowhere.
  /sounds.c: Failed to stat \S+\/custom$/,
];

/**
 * Said of each endpoint that is changed over ARI, and not of one that is made: Asterisk (22.10) changes a copy with all fields, and warns of
 * an outdated one that nobody has set. No configuration keeps it from that; an endpoint that is deleted and made anew instead is
 * nobody's for some milliseconds.
 */
export const ofChangedEndpoint = /Option 'stir_shaken' is no longer supported/;

/** What the daemon answers for, and what it was found not to have answered for. */
const ledger = ['ariflow_owned', 'ariflow_orphans', 'ariflow_calls_live'];

/** A channel or a bridge. */
interface ListedThing {
  readonly id: string;
  readonly name?: string;
  /** Of a channel. */
  readonly dialplan?: { readonly app_name: string };
}

/** All of it, for real: an Asterisk, the daemon as a process, an endpoint that gets every event, a REST client. */
export class System implements AsyncDisposable {
  readonly asterisk: TestAsterisk;
  readonly sink: WebhookSink;
  readonly env: Readonly<Record<string, string>>;
  daemon: Daemon;
  api: ApiClient;
  readonly #phones: Phone[] = [];
  readonly #seen = new Set<unknown>();
  readonly #reported = new Set<string>();
  #hasRestarted = false;

  private constructor(
    asterisk: TestAsterisk,
    sink: WebhookSink,
    daemon: Daemon,
    env: Record<string, string>,
  ) {
    this.asterisk = asterisk;
    this.sink = sink;
    this.daemon = daemon;
    this.env = env;
    this.api = clientOf(daemon, asterisk);
  }

  static async start({ env = {}, isWatched = true, ariFor }: SystemOptions = {}): Promise<System> {
    const asterisk = await startTestAsterisk({ env });
    const sink = await WebhookSink.open();
    // Whoever waits for something looks often.
    const ours = { ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8', ARIFLOW_API_RATE: '100000' };
    const elsewhere = ariFor && { ARIFLOW_ARI_URL: await ariFor(asterisk.ariUrl) };
    const all = { ...asterisk.env, ...ours, ...env, ...elsewhere };
    const system = new System(asterisk, sink, await spawnDaemon(all), all);
    if (isWatched) await system.watch();
    return system;
  }

  /** Sends every event to the sink. */
  async watch(): Promise<void> {
    const { status, body } = await this.api.post('/v1.0/webhooks', { name: 'all', uri: this.sink.url });
    if (status !== 200) throw new Error(`no webhook: ${JSON.stringify(body)}`);
  }

  /** Starts the daemon again, on the same data, after it was killed or stopped. */
  async restartDaemon(): Promise<void> {
    this.#hasRestarted = true;
    await this.daemon.stop();
    this.daemon = await spawnDaemon(this.env);
    this.api = clientOf(this.daemon, this.asterisk);
  }

  /** A phone that calls from loopback without registering. */
  async caller(user = 'test11', media: MediaOptions = {}): Promise<Phone> {
    const phone = await Phone.open({ server: `127.0.0.1:${this.asterisk.sipPort}`, user, ...media });
    this.#phones.push(phone);
    return phone;
  }

  /** A registered phone. */
  async desk(user: string): Promise<Phone> {
    const password = this.asterisk.secrets.phones[user] ?? '';
    const phone = await Phone.open({ server: `127.0.0.1:${this.asterisk.sipPort}`, user, password });
    this.#phones.push(phone);
    return phone;
  }

  /** Stores a flow and puts it on a number. Answers the flow's id. */
  async flowOn(number: string, actions: readonly unknown[]): Promise<string> {
    const flow = await this.api.post<{ id: string }>('/v1.0/flows', { name: number, actions });
    if (flow.status !== 200) throw new Error(`no flow: ${JSON.stringify(flow.body)}`);
    const answer = await this.api.post('/v1.0/numbers', { number, call_flow_id: flow.body.id });
    if (answer.status !== 200) throw new Error(`no number: ${JSON.stringify(answer.body)}`);
    return flow.body.id;
  }

  /** The id of the next call that dialled this number, as the events told: each is answered once. */
  async callTo(number: string): Promise<string> {
    const isNew = ({ id, destination }: Readonly<Record<string, unknown>>): boolean =>
      !this.#seen.has(id) && (destination as { target?: unknown }).target === number; // a call's event
    const created = await this.sink.waitFor(({ type, data }) => type === 'call_created' && isNew(data));
    this.#seen.add(created.data.id);
    return String(created.data.id);
  }

  /** Waits until the activeflow of a call has been reported over; answers the types of all its events. */
  async history(callId: string, patience: { readonly timeout?: number } = {}): Promise<string[]> {
    await this.sink.waitFor(
      ({ type, data }) => type === 'activeflow_deleted' && data.reference_id === callId,
      patience,
    );
    return this.sink.types(this.sink.eventsOf(callId));
  }

  /**
   * Waits until Asterisk has neither channel nor bridge and the daemon owns none, and throws about whatever either has to complain.
   */
  async quiet(expected: readonly RegExp[] = []): Promise<void> {
    try {
      for (const what of ['channels', 'bridges'] as const)
        await eventually(async () => (await this.#count(what)) === 0, {
          what: `no ${what} left in Asterisk`,
        });
      for (const name of this.daemon.isRunning ? ledger : [])
        await eventually(async () => (await this.figure(name)) === 0, { what: `${name} to be 0` });
    } catch (error) {
      // What one test has left is not to fail the others.
      await Promise.all(this.#phones.flatMap(({ calls }) => calls.map((call) => call.close())));
      throw error;
    }
    // A daemon that was killed before it had noted what it wrote leaves that to be written anew.
    const known = [...expected, ...always, ...(this.#hasRestarted ? [ofChangedEndpoint] : [])];
    const all = [...this.asterisk.unexpectedLogLines(...known), ...this.daemon.unexpectedLogLines(known)];
    const lines = all.filter((line) => !this.#reported.has(line));
    for (const line of all) this.#reported.add(line);
    if (lines.length > 0) throw new Error(`unexpected lines in the logs:\n${lines.join('\n')}`);
  }

  /** A figure of `/metrics` without labels. */
  async figure(name: string): Promise<number> {
    const text = await (await fetch(`${this.daemon.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const phone of this.#phones) await phone.close();
    try {
      await this.#stopsClean();
    } finally {
      await this.sink.close();
      await this.asterisk.stop();
    }
  }

  /** A daemon that stops leaves nothing of its own in Asterisk, whatever the tests have done to it. */
  async #stopsClean(): Promise<void> {
    const { isRunning } = this.daemon;
    await this.daemon.stop();
    if (!isRunning || this.env.ARIFLOW_STOP === 'leave') return;
    const isOurs = ({ id, dialplan }: ListedThing): boolean =>
      dialplan ? dialplan.app_name === 'Stasis' : id.startsWith('ariflow-bridge-');
    const things = async (): Promise<readonly ListedThing[]> => {
      const lists = await Promise.all([this.#list('channels'), this.#list('bridges')]);
      return lists.flat().filter(isOurs);
    };
    // An Asterisk that a test has killed has nothing.
    await eventually(
      () =>
        things().then(
          ({ length }) => length === 0,
          () => true,
        ),
      {
        timeout: 10_000,
        what: 'a stopped daemon to have left nothing in Asterisk',
      },
    );
  }

  async #count(what: 'channels' | 'bridges'): Promise<number> {
    return (await this.#list(what)).length;
  }

  async #list(what: 'channels' | 'bridges'): Promise<readonly ListedThing[]> {
    const { ariUrl, ariUser, ariPassword } = this.asterisk;
    const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`;
    const response = await fetch(`${ariUrl}/${what}`, { headers: { authorization } });
    const found = (await response.json()) as ListedThing[]; // ARI lists are arrays
    // The channel of text messages is one for all, and stays.
    return found.filter(({ name }) => !name?.startsWith('Message/'));
  }
}

function clientOf(daemon: Daemon, asterisk: TestAsterisk): ApiClient {
  return new ApiClient(daemon.url, { token: loadSecrets(asterisk.dataDir).api_token });
}
