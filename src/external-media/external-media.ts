import { type MediaSocket, mediaUrl, openMediaSocket } from '../ari/media-socket.ts';
import { openAudioPath } from '../calls/audio-path.ts';
import type { Call } from '../calls/call.ts';
import type { SideChannel } from '../calls/side-channel.ts';
import { ActionError, LifetimeEnded, messageOf } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { onAbort, orAbort } from '../core/wait.ts';
import type {
  ExternalMediaFacts,
  ExternalMediaNews,
  ExternalMediaReason,
  ExternalMediaRequest,
} from '../ports/external-media.ts';
import { type ExternalMediaRecord, factsOf, startedMedia, stoppedMedia } from './external-media-record.ts';
import type { ExternalMediaState, WrittenExternalMediaState } from './external-media-state.ts';
import { frameMs, wireFormat } from './formats.ts';
import { Framing } from './framing.ts';
import type { HostAddress } from './host-address.ts';
import { commandIn } from './host-commands.ts';
import { Pace } from './pace.ts';
import { arrivalTimeout, type Peer, type PeerOptions } from './peer.ts';

export interface ExternalMediaOptions {
  readonly call: Call;
  readonly request: ExternalMediaRequest;
  readonly ariUrl: string;
  /** Opens the other end; nothing where the host is to come to Asterisk itself. */
  readonly openPeer: ((options: PeerOptions) => Promise<Peer>) | undefined;
  readonly tell: ExternalMediaNews;
  /** One that a daemon which died has left behind. */
  readonly left?: LeftExternalMedia | undefined;
  /** It has begun, or ended after that, or is to be gone on with by something else than before. */
  readonly onChange: (record: ExternalMediaRecord, state: () => WrittenExternalMediaState) => void;
  readonly onStranger?: (() => void) | undefined;
  /** Everything of it has been released. */
  readonly onGone: () => void;
}

export interface LeftExternalMedia {
  readonly record: ExternalMediaRecord;
  readonly state: ExternalMediaState;
}

const failure = {
  code: 'EXTERNAL_MEDIA_FAILED',
  message: 'Asterisk does not send the audio of this call',
} as const;

/** Asterisk keeps 1 000 frames. Live audio waits for nothing, of what is made faster than it is spoken the beginning comes first. */
const longestQueue = { live: 200, any: 18_000 } as const;

/** So much is given to Asterisk at once, in frames. */
const largestBatch = 50;

/** The audio of a call at somebody's host, until one of them has enough. */
export class ExternalMedia {
  readonly id: string;
  readonly call: Call;
  readonly #options: ExternalMediaOptions;
  readonly #scope: Scope;
  readonly #framing: Framing;
  readonly #pace: Pace;
  readonly #frameSize: number;
  #socket: MediaSocket | undefined;
  /** From the moment it has begun. */
  #record: ExternalMediaRecord | undefined;
  #came: ExternalMediaState['came'];
  readonly #state = (): WrittenExternalMediaState => {
    const { request, tell } = this.#options;
    return { request, activeflowId: tell.activeflowId, came: this.#came };
  };
  #reason: ExternalMediaReason = 'hangup';
  #strangePackets = 0;

  constructor(options: ExternalMediaOptions) {
    const { call, request, left } = options;
    this.#options = options;
    this.#record = left?.record;
    this.#came = left?.state.came;
    this.id = request.id;
    this.call = call;
    this.#scope = call.scope.child({ until: call.hangupSignal });
    this.#frameSize = wireFormat(request.format).frameSize;
    this.#framing = new Framing(this.#frameSize);
    this.#pace = new Pace(request.encapsulation === 'rtp' ? longestQueue.live : longestQueue.any);
    // The first clean-up is the last to run: by then everything has been released.
    this.#scope.defer(() => this.#over());
  }

  /** What is told of it; nothing before it has begun. */
  get facts(): ExternalMediaFacts | undefined {
    return this.#record && factsOf(this.#record);
  }

  /** Goes on with one that was left behind, as soon as it is known what Asterisk has; where that cannot be, it is over. Never rejects. */
  async goOn(whenCompared: Promise<void>): Promise<void> {
    const { signal } = this.#scope;
    try {
      await orAbort(whenCompared, signal);
      await orAbort(this.#open(), signal);
    } catch (error) {
      if (!signal.aborted)
        this.call.log.warn({ media: this.id, error: messageOf(error) }, 'external_media_lost');
      await this.end('failed');
    }
  }

  /**
   * Resolves when audio flows, or the peer may come.
   * @throws ActionError why there is none; the signal's reason
   */
  async open(signal: AbortSignal): Promise<ExternalMediaFacts> {
    try {
      return await orAbort(this.#open(), signal);
    } catch (error) {
      const released = this.end('failed');
      signal.throwIfAborted();
      await released;
      if (error instanceof ActionError) throw error;
      throw new ActionError(failure.code, 'the host went away', { cause: error });
    }
  }

  /** Lets go of everything; resolves when that is done. */
  end(reason: ExternalMediaReason): Promise<void> {
    if (!this.#scope.signal.aborted) this.#reason = reason;
    return this.#scope.close(new LifetimeEnded('the external media has ended'));
  }

  async #open(): Promise<ExternalMediaFacts> {
    const { call, request, openPeer, tell } = this.#options;
    const isHeard = request.direction !== 'send';
    const peer = await openPeer?.({
      id: this.id,
      format: wireFormat(request.format),
      scope: this.#scope,
      isHeard,
      onAudio: (bytes) => isHeard && this.#play(bytes),
      onText: (text) => this.#command(text),
      onCame: (from) => this.#hasCome(from),
      onStranger: () => this.#refuse(),
      onEnd: (why) => void this.end(why),
    });
    const mediaUri = await this.#openPath(peer);
    if (isHeard) await call.silence.keep(this.#scope);
    this.#scope.signal.throwIfAborted();
    if (this.#record) return factsOf(this.#record);
    const { localIp = '', localPort = 0 } = peer ?? {};
    const facts = { id: this.id, local_ip: localIp, local_port: localPort, media_uri: mediaUri };
    this.#record = startedMedia(call.id, request, facts);
    this.#write();
    tell.started(facts);
    return facts;
  }

  #write(): void {
    if (this.#record) this.#options.onChange(this.#record, this.#state);
  }

  #hasCome(from: HostAddress): void {
    this.#came = from;
    this.#write();
  }

  #over(): void {
    const { tell, onChange, onGone } = this.#options;
    onGone();
    if (this.#record) {
      onChange(stoppedMedia(this.#record, this.#reason), () => ({}));
      tell.stopped(factsOf(this.#record), this.#reason);
    }
    const packets = this.#strangePackets;
    if (packets > 0) this.call.log.warn({ media: this.id, packets }, 'external_media_strangers');
  }

  /** Told when it begins, and counted to the end: whoever floods us fills no log. */
  #refuse(): void {
    this.#strangePackets += 1;
    this.#options.onStranger?.();
    if (this.#strangePackets === 1) this.call.log.warn({ media: this.id }, 'external_media_stranger');
  }

  /** The way between the call and the peer; resolves to where the peer is to connect to, if it is. */
  async #openPath(peer: Peer | undefined): Promise<string> {
    const { call, request, ariUrl, left } = this.#options;
    const uri = Promise.withResolvers<string>();
    const path = openAudioPath(call, {
      id: (kind, ...key) => call.ari.id(kind, this.id, ...key),
      scope: this.#scope,
      hears: request.direction === 'receive' ? undefined : 'in',
      speaks: request.direction !== 'send',
      format: request.format,
      what: 'external_media',
      failure,
      ...(peer ? {} : { patience: arrivalTimeout, isForOthers: true }),
      connect: async (connectionId) => {
        const url = mediaUrl(ariUrl, connectionId);
        if (peer) await this.#connect(url, peer);
        else if (left)
          void this.end('peer_closed'); // the host knows of another one, which is gone
        else uri.resolve(url);
      },
    });
    if (peer) {
      this.#follow(await path, 'failed');
      return '';
    }
    path.then(
      (channel) => this.#follow(channel, 'peer_closed'),
      (error: unknown) => {
        if (!left) uri.reject(error);
        void this.end('timeout');
      },
    );
    return left ? left.record.media_uri : uri.promise;
  }

  async #connect(url: string, peer: Peer): Promise<void> {
    const listener = {
      onAudio: (frame: Buffer) => peer.sendAudio(frame),
      onText: (text: string) => peer.sendText(text),
    };
    this.#socket = await openMediaSocket(url, listener, this.#scope);
  }

  /** From the moment audio flows to the moment the channel that carries it is gone. */
  #follow({ channelId, goneSignal }: SideChannel, reason: ExternalMediaReason): void {
    const { call, request } = this.#options;
    if (request.direction !== 'send') call.whispers.addVoice({ channelId, scope: this.#scope });
    onAbort(goneSignal, () => void this.end(reason));
  }

  /** To the call, as much as it can take. */
  #play(bytes: Buffer): void {
    const whole = this.#framing.take(bytes);
    for (let from = 0; from < whole.length; from += largestBatch * this.#frameSize) {
      const batch = whole.subarray(from, from + largestBatch * this.#frameSize);
      const length = (batch.length / this.#frameSize) * frameMs;
      if (this.#pace.admits(length)) this.#socket?.sendAudio(batch);
    }
  }

  #command(text: string): void {
    const command = commandIn(text);
    if (command === undefined) return;
    if (command === 'HANGUP') return void this.end('peer_closed');
    if (command === 'FLUSH_MEDIA') this.#pace.reset();
    this.#socket?.sendText(text.trimEnd());
  }
}
