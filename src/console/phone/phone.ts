import { request, wordsOf } from '../lib/api.ts';
import { Store } from '../lib/store.ts';
import type { Callee } from './dock.ts';
import { type RTCSession, type RTCSessionEvent, UA, WebSocketInterface } from './jssip.ts';
import { Level } from './level.ts';

/** As `POST /v1.0/phone` answers. */
interface Account {
  readonly extension: string;
  readonly password: string;
  readonly uri: string;
  readonly domain: string;
  readonly socket: string;
  readonly local_only: boolean;
}

export interface Line {
  /** Whom we talk to, as it is shown. */
  readonly party: string;
  readonly state: 'calling' | 'rung' | 'talking';
  readonly isHeld: boolean;
  readonly isMuted: boolean;
  /** In milliseconds, of the page's clock. */
  readonly since: number;
  readonly digits: string;
}

export interface PhoneState {
  readonly state: 'starting' | 'ready' | 'lost' | 'failed';
  readonly extension: string;
  readonly isLocalOnly: boolean;
  /** Why it does not work, or why the last call has ended. */
  readonly message: string;
  readonly line: Line | undefined;
}

const none: PhoneState = {
  state: 'starting',
  extension: '',
  isLocalOnly: false,
  message: '',
  line: undefined,
};

/** The phone of the page: one account of the session, one call at a time. */
export class Phone {
  readonly state = new Store<PhoneState>(none);
  /** How loud it is that is heard, 0 to 1. */
  readonly level = new Level();
  #ua: UA | undefined;
  #account: Account | undefined;
  #session: RTCSession | undefined;
  #microphone: MediaStream | undefined;
  readonly #audio = new Audio();

  /** Registers. What goes wrong is in the state. */
  async start(): Promise<void> {
    if (this.#ua) return;
    try {
      if (!navigator.mediaDevices)
        throw new Error(
          'Browsers have microphones on https only, and on this machine: TLS in front is needed.',
        );
      const account = await request<Account>('POST', '/v1.0/phone', {});
      this.#account = account;
      const socket = new WebSocketInterface(`${location.origin.replace(/^http/, 'ws')}${account.socket}`);
      const ua = new UA({
        sockets: [socket],
        uri: account.uri,
        password: account.password,
        user_agent: 'ariflow console',
        connection_recovery_min_interval: 1,
        connection_recovery_max_interval: longestPause,
      });
      this.#ua = ua;
      this.state.update({ extension: account.extension, isLocalOnly: account.local_only });
      ua.on('registered', () => this.#registered());
      ua.on('disconnected', () => this.state.update({ state: 'lost' }));
      ua.on('registrationFailed', ({ response, cause }) => {
        // Without an answer it is the connection that has failed, which is made anew.
        if (response) this.state.update({ state: 'failed', message: `Asterisk refuses: ${cause}` });
      });
      ua.on('newRTCSession', (event: RTCSessionEvent) => this.#take(event));
      ua.start();
    } catch (error) {
      this.state.update({ state: 'failed', message: wordsOf(error) });
    }
  }

  #registered(): void {
    const isBack = this.state.value.state === 'lost';
    this.state.update({ state: 'ready' });
    // A call goes on meanwhile; where its page is now Asterisk knows by a request in it.
    if (isBack && this.#session?.isEstablished()) this.#session.renegotiate();
  }

  async call(callee: Callee): Promise<void> {
    if (!this.#ua || !this.#account || this.#session) return;
    const { domain } = this.#account;
    const user = callee.kind === 'flow' ? `flow-${callee.id}` : callee.number;
    try {
      const party = callee.kind === 'flow' ? callee.name : callee.number;
      this.state.update({ message: '', line: line(party, 'calling') });
      const stream = await this.#speak();
      this.#ua.call(`sip:${user}@${domain}`, { mediaStream: stream, pcConfig });
    } catch (error) {
      this.state.update({ message: wordsOf(error), line: undefined });
    }
  }

  async answer(): Promise<void> {
    const session = this.#session;
    try {
      const stream = await this.#speak();
      session?.answer({ mediaStream: stream, pcConfig });
    } catch (error) {
      session?.terminate({ status_code: 480 });
      this.state.update({ message: wordsOf(error) });
    }
  }

  hangUp(): void {
    this.#session?.terminate();
  }

  /** Told in the signalling (INFO), where none is lost: right behind the answer Asterisk may not have the keys of the audio yet. */
  digit(digit: string): void {
    const { line } = this.state.value;
    if (!this.#session?.isEstablished() || !line) return;
    this.#change({ digits: `${line.digits}${digit}`.slice(-20) });
    this.#session.sendDTMF(digit, { duration: 100, interToneGap: 50 });
  }

  setMuted(isMuted: boolean): void {
    if (isMuted) this.#session?.mute({ audio: true });
    else this.#session?.unmute({ audio: true });
    this.#change({ isMuted });
  }

  setHeld(isHeld: boolean): void {
    const isDone = isHeld ? this.#session?.hold() : this.#session?.unhold();
    if (isDone) this.#change({ isHeld });
  }

  /** Says goodbye to whoever is called, and to Asterisk; resolves when that is said. */
  async stop(): Promise<void> {
    const ua = this.#ua;
    if (!ua) return;
    this.#ua = undefined;
    const said = new Promise<void>((resolve) => {
      ua.on('disconnected', () => resolve());
      setTimeout(resolve, 1_000);
    });
    ua.stop();
    this.#drop('');
    await said;
    this.state.set(none);
  }

  /** Both are asked for in the moment of a click, as browsers want it. */
  async #speak(): Promise<MediaStream> {
    this.level.begin();
    this.#microphone = await microphone();
    return this.#microphone;
  }

  #take({ session, originator }: RTCSessionEvent): void {
    if (this.#session) {
      if (originator === 'remote') session.terminate({ status_code: 486 });
      return;
    }
    this.#session = session;
    if (originator === 'remote') {
      const { display_name: name, uri } = session.remote_identity;
      this.state.update({ message: '', line: line(name || uri.user || 'unknown', 'rung') });
    }
    const hear = (connection: RTCPeerConnection): void =>
      connection.addEventListener('track', ({ track }) => this.#hear(track));
    // Ours has its connection at once, theirs with the answer.
    if (session.connection) hear(session.connection);
    else session.on('peerconnection', ({ peerconnection }) => hear(peerconnection));
    session.on('confirmed', () => this.#change({ state: 'talking', since: Date.now() }));
    session.on('ended', ({ cause }) => this.#drop(cause));
    session.on('failed', ({ cause }) => this.#drop(cause));
  }

  #hear(track: MediaStreamTrack): void {
    const stream = new MediaStream([track]);
    this.#audio.srcObject = stream;
    void this.#audio.play().catch(() => undefined); // the call itself was a gesture; without one it stays silent
    this.level.measure(stream);
  }

  #drop(cause: string): void {
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
    this.#microphone = undefined;
    this.#session = undefined;
    this.#audio.srcObject = null;
    this.level.end();
    const message = cause === 'Terminated' || cause === 'Canceled' ? '' : cause;
    this.state.update({ line: undefined, message });
  }

  #change(change: Partial<Line>): void {
    const { line } = this.state.value;
    if (line) this.state.update({ line: { ...line, ...change } });
  }
}

/** Between one try to connect again and the next, in seconds. */
const longestPause = 4;

const pcConfig: RTCConfiguration = { iceServers: [] };

function line(party: string, state: Line['state']): Line {
  return { party, state, isHeld: false, isMuted: false, since: Date.now(), digits: '' };
}

/** Without it a browser hides its addresses, which is a hold to Asterisk: so it is asked for before the call. */
async function microphone(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: false });
  } catch (error) {
    const isRefused = error instanceof DOMException && error.name === 'NotAllowedError';
    throw new Error(isRefused ? 'The microphone is not allowed to this page.' : 'There is no microphone.');
  }
}
