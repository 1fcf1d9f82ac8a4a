import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestAsterisk, type TestAsterisk } from '../support/asterisk.ts';
import { dtmfTones } from '../support/dtmf-tones.ts';
import { writeFirstPhones } from '../support/first-phones.ts';
import { Phone, type PhoneOptions } from '../support/phone.ts';
import { eventually, until } from '../support/until.ts';

interface Entered {
  readonly number: string;
  readonly args: readonly string[];
  readonly channelId: string;
  readonly caller: string;
}

/** A daemon in miniature: notes what enters the application, and answers it or says busy. */
class Application implements AsyncDisposable {
  readonly entered: Entered[] = [];
  readonly digits: string[] = [];
  answers = false;
  readonly #asterisk: TestAsterisk;
  readonly #socket: WebSocket;

  static async open(asterisk: TestAsterisk): Promise<Application> {
    const application = new Application(asterisk);
    await once(application.#socket, 'open');
    return application;
  }

  private constructor(asterisk: TestAsterisk) {
    this.#asterisk = asterisk;
    const url = `${asterisk.ariUrl.replace('http', 'ws')}/events?app=ariflow`;
    this.#socket = new WebSocket(url, { headers: authorization(asterisk) });
    this.#socket.on('message', (text) => this.#read(JSON.parse(String(text))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #read(event: AriEvent): void {
    if (event.type === 'ChannelDtmfReceived') this.digits.push(event.digit);
    if (event.type !== 'StasisStart') return;
    const { id, dialplan, caller } = event.channel;
    this.entered.push({ number: dialplan.exten, args: event.args, channelId: id, caller: caller.number });
    const [method, path] = this.answers ? ['POST', `${id}/answer`] : ['DELETE', `${id}?reason_code=17`];
    void request(this.#asterisk, method, `channels/${path}`);
  }
}

/** The two kinds of event looked at here, as Asterisk sends them. */
type AriEvent =
  | { type: 'ChannelDtmfReceived'; digit: string }
  | {
      type: 'StasisStart';
      args: string[];
      channel: { id: string; dialplan: { exten: string }; caller: { number: string } };
    };

function authorization({ ariUser, ariPassword }: TestAsterisk) {
  return { authorization: `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}` };
}

async function request(asterisk: TestAsterisk, method: string, path: string): Promise<number> {
  const response = await fetch(`${asterisk.ariUrl}/${path}`, { method, headers: authorization(asterisk) });
  return response.status;
}

// The last: it was gone and is there again within the time Asterisk takes to forget it. "Queued": it came just as the
// call was handed over, and its socket was not ready to be written to.
const away = [
  /Stasis app 'ariflow' doesn't exist/,
  /outbound websocket per-call config/,
  /Queued 'StasisStart' message for Stasis app 'ariflow'; websocket is not ready/,
  /Not creating context 'stasis-ariflow'/,
];

describe('the Asterisk of `up`', () => {
  let asterisk: TestAsterisk;

  beforeAll(async () => {
    asterisk = await startTestAsterisk();
    await writeFirstPhones(asterisk);
  });

  afterAll(async () => {
    await asterisk.stop();
  });

  const givenPhone = (options: PhoneOptions = {}, at = asterisk) =>
    Phone.open({ server: `127.0.0.1:${at.sipPort}`, ...options });

  const callFrom = async (from: string, number: string): Promise<number> => {
    await using phone = await givenPhone({ user: from });
    return (await (await phone.call(number)).final).status;
  };

  const channels = async (): Promise<string> => await asterisk.cli('core show channels count');

  test('starts without a word in its log', () => {
    expect(asterisk.log()).toContain('Asterisk');
    expect(asterisk.unexpectedLogLines()).toEqual([]);
  });

  test('registers a phone with its password, and nobody without', async () => {
    await using right = await givenPhone({ user: '1001', password: asterisk.secrets.phones['1001'] ?? '' });
    expect((await right.register()).status).toBe(200);
    expect(await asterisk.cli('pjsip show contacts')).toContain('sip:1001@127.0.0.1');
    await using wrong = await givenPhone({ user: '1002', password: asterisk.secrets.phones['1001'] ?? '' });
    expect((await wrong.register()).status).toBe(401);
    expect(await asterisk.cli('pjsip show contacts')).not.toContain('sip:1002@');
  });

  test.each(['100', '*98', '#1', 'a.b-c_d', '+4930-1', 'h', 's', 'T', 'x'.repeat(64)])(
    'hands a call to %s to the application, once and with the number as dialled',
    async (number) => {
      await using application = await Application.open(asterisk);
      expect(await callFrom('sipp', number)).toBe(486);
      expect(application.entered).toMatchObject([{ number, args: ['inbound'], caller: 'sipp' }]);
      await eventually(async () => (await channels()).includes('0 active channels'));
      expect(application.entered).toHaveLength(1);
    },
  );

  test.each(['x'.repeat(65), 'a,b', '${EXTEN}', 'a"b', 'a b', 'a(b)', '~', 'ä'])(
    'answers 404 to %s, and the application hears nothing of it',
    async (number) => {
      await using application = await Application.open(asterisk);
      expect(await callFrom('sipp', number)).toBe(404);
      await eventually(async () => (await channels()).includes('0 active channels'));
      expect(application.entered).toEqual([]);
    },
  );

  test.each(['trunk', 'direct', 'loopback', 'test11'])(
    'takes a call from %s on this machine',
    async (from) => {
      await using application = await Application.open(asterisk);
      expect(await callFrom(from, '100')).toBe(486);
      expect(application.entered).toMatchObject([{ caller: from }]);
    },
  );

  test('asks for the password of who says he is phone 1001', async () => {
    await using application = await Application.open(asterisk);
    expect(await callFrom('1001', '100')).toBe(401);
    await using phone = await givenPhone({ user: '1001', password: asterisk.secrets.phones['1001'] ?? '' });
    expect((await (await phone.call('100')).final).status).toBe(486);
    expect(application.entered).toHaveLength(1);
  });

  test('hears digits by RFC 4733, SIP INFO and in-band', async () => {
    await using application = await Application.open(asterisk);
    application.answers = true;
    {
      await using phone = await givenPhone({ user: 'sipp' });
      const call = await (await phone.call('100')).answered;
      await call.digits('12');
      await call.sendInfoDigits('34');
      await until(() => application.digits.length >= 4, { what: () => application.digits.join('') });
      await call.bye();
    }
    {
      await using phone = await givenPhone({ user: 'sipp', telephoneEvent: false });
      const call = await (await phone.call('100')).answered;
      await call.play(dtmfTones('56'));
      await until(() => application.digits.length >= 6, { what: () => application.digits.join('') });
      await call.bye();
    }
    expect(application.digits.join('')).toBe('123456');
  });

  test('ends a call that reaches the longest duration', async () => {
    await using brief = await startTestAsterisk({ env: { ARIFLOW_CALL_MAX_DURATION: '1s' } });
    await using application = await Application.open(brief);
    application.answers = true;
    await using phone = await givenPhone({ user: 'sipp' }, brief);
    const call = await (await phone.call('100')).answered;
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
    expect(application.entered).toHaveLength(1);
  });

  test('lets a call wait for the daemon, and answers 503 when it does not come', async () => {
    await using phone = await givenPhone({ user: 'sipp' });
    const call = await phone.call('100');
    await until(() => asterisk.unexpectedLogLines().length > 0);
    {
      await using application = await Application.open(asterisk);
      expect((await call.final).status).toBe(486);
      expect(application.entered).toHaveLength(1);
    }
    const at = performance.now();
    expect(await callFrom('sipp', '100')).toBe(503);
    expect(performance.now() - at).toBeGreaterThan(3_000);
    expect(asterisk.unexpectedLogLines(...away)).toEqual([]);
  });

  test('registers at a trunk and calls through it, without a word in the log', async () => {
    await using provider = await Application.open(asterisk);
    const account = { user: '1005', password: asterisk.secrets.phones['1005'] ?? '' };
    await using own = await startTestAsterisk({
      env: {
        ARIFLOW_TRUNK_URI: `sip:127.0.0.1:${asterisk.sipPort}`,
        ARIFLOW_TRUNK_USER: account.user,
        ARIFLOW_TRUNK_PASSWORD: account.password,
        ARIFLOW_TRUNK_REGISTER: 'true',
      },
    });
    // Asterisk spreads its first registrations over ten seconds.
    const isRegistered = async () => (await own.cli('pjsip show registrations')).includes('Registered');
    await eventually(isRegistered, { timeout: 45_000 });
    expect(await asterisk.cli('pjsip show contacts')).toContain(`sip:1005@127.0.0.1:${own.sipPort}`);
    const call = 'channels?endpoint=PJSIP%2F%2B49301234%40trunk&app=ariflow&callerId=1005';
    expect(await request(own, 'POST', call)).toBe(200);
    await until(() => provider.entered.length > 0);
    expect(provider.entered).toMatchObject([{ number: '+49301234', caller: '1005' }]);
    await using application = await Application.open(own);
    expect(await request(asterisk, 'POST', 'channels?endpoint=PJSIP%2F1005&app=ariflow')).toBe(200);
    await until(() => application.entered.length > 0);
    expect(application.entered).toMatchObject([{ number: '1005' }]);
    expect(own.unexpectedLogLines()).toEqual([]);
  });

  test('refuses who does not know the password of ARI', async () => {
    expect((await fetch(`${asterisk.ariUrl}/channels`)).status).toBe(401);
    expect(await request(asterisk, 'GET', 'channels')).toBe(200);
  });

  test('keeps registrations over a restart', async () => {
    await using phone = await givenPhone({ user: '1003', password: asterisk.secrets.phones['1003'] ?? '' });
    await phone.register();
    const before = asterisk.pid;
    await asterisk.restart();
    expect(asterisk.pid).not.toBe(before);
    expect(await asterisk.cli('pjsip show contacts')).toContain('sip:1003@127.0.0.1');
  });
});
