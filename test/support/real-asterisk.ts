import type { TransportName } from '../../src/ari/connection.ts';
import type { CallerEnd } from '../../src/simulator/asterisk/channel.ts';
import { mute } from './answering.ts';
import { type AriHarness, type ContractCaller, type ContractParty, registeredPhone } from './ari-given.ts';
import { connectTo } from './ari-harness.ts';
import { startTestAsterisk, type TestAsterisk, type TestAsteriskOptions } from './asterisk.ts';
import type { Dialog } from './dialog.ts';
import { writeFirstPhones } from './first-phones.ts';
import { Phone } from './phone.ts';
import { until } from './until.ts';

const encrypted =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n';

/** A real Asterisk with people at phones, as the contract of ARI wants one. */
export class RealAsterisk implements AsyncDisposable {
  readonly asterisk: TestAsterisk;
  readonly phone: Phone;
  readonly #registered: Phone;

  private constructor(asterisk: TestAsterisk, phone: Phone, registered: Phone) {
    this.asterisk = asterisk;
    this.phone = phone;
    this.#registered = registered;
  }

  static async open(options: TestAsteriskOptions = {}): Promise<RealAsterisk> {
    const asterisk = await startTestAsterisk(options);
    await writeFirstPhones(asterisk);
    const server = `127.0.0.1:${asterisk.sipPort}`;
    const phone = await Phone.open({ server, user: 'caller' });
    phone.onInvite(mute);
    const password = asterisk.secrets.phones[registeredPhone] ?? '';
    const registered = await Phone.open({ server, user: registeredPhone, password });
    await registered.register();
    return new RealAsterisk(asterisk, phone, registered);
  }

  /** Connects as the daemon does. */
  async connect(transport: TransportName): Promise<AriHarness & { close(): Promise<void> }> {
    const { ariUrl: url, ariUser: user, ariPassword: password, config } = this.asterisk;
    const { app, listen } = config.ari;
    const connected = await connectTo({ url, user, password, transport, app, listen });
    return {
      ...connected,
      dial: (...dialled) => this.#dial(...dialled),
      endpoint: (name) => `PJSIP/loopback/sip:${name}@127.0.0.1:${this.phone.address.port}`,
      called: (name) => this.#called(name),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.phone.close();
    await this.#registered.close();
    await this.asterisk.stop();
  }

  async #dial(number: string, options: { headers?: Record<string, string> } = {}): Promise<ContractCaller> {
    const call = await this.phone.call(number, options);
    return {
      press: (digits) => call.digits(digits),
      hold: (isOnHold) => (isOnHold ? call.hold() : call.unhold()),
      hangup: () => call.close(),
      ended: endOf(call),
    };
  }

  async #called(name: string): Promise<ContractParty> {
    const call = await until(() => this.phone.incoming.find((incoming) => incoming.called === name));
    return {
      ring: () => call.ring(),
      progress: () => call.progress(),
      answer: () => call.answer(),
      answerMute: () => call.answer({ sdp: encrypted }),
      refuse: (status) => call.reject(status),
      hangup: () => call.bye(),
      ended: endOf(call),
    };
  }
}

async function endOf(call: Dialog): Promise<CallerEnd> {
  const { by, status, reason } = await call.ended;
  const cause = /cause=(\d+)/.exec(reason ?? '')?.[1];
  return { by, status, cause: cause === undefined ? undefined : Number(cause) };
}
