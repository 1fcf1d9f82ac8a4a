import { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';

interface Request {
  readonly request_id: string;
  readonly uri: string;
  readonly message_body?: string;
}

const common = { application: 'bench', asterisk_id: 'near', timestamp: '2026-03-02T12:00:00.000+0000' };

function channel(id: string, state: string): object {
  return {
    ...{ id, state, name: `PJSIP/caller-${id}`, protocol_id: id, accountcode: '', language: 'en' },
    caller: { name: '', number: '1001' },
    connected: { name: '', number: '' },
    dialplan: { context: 'ariflow', exten: '100', priority: 6, app_name: 'Stasis', app_data: 'bench' },
    creationtime: common.timestamp,
  };
}

/**
 * A WebSocket with an Asterisk at its other end, in this process: it lets a call be answered, beep and hang up, and nothing of it
 * takes time. So what is measured is whoever is told and asks.
 */
export class NearAsterisk extends EventEmitter {
  readonly readyState = WebSocket.OPEN;
  readonly #ended = new Map<string, () => void>();
  #last = 0;

  /** A call from its beginning to its end. */
  call(): Promise<void> {
    const id = `1772452800.${++this.#last}`;
    return new Promise((resolve) => {
      this.#ended.set(id, resolve);
      this.#say({ type: 'StasisStart', args: ['inbound'], channel: channel(id, 'Ring') });
    });
  }

  /** Whoever asks has its answer in the next turn, as it would have from elsewhere. */
  send(frame: Buffer | string): void {
    const request = JSON.parse(String(frame)) as Request;
    setImmediate(() => this.#answer(request));
  }

  ping(): void {
    this.emit('pong');
  }

  close(): void {
    this.emit('close', 1_000);
  }

  terminate(): void {
    this.close();
  }

  cork(): void {}

  uncork(): void {}

  #answer({ request_id, uri, message_body = '{}' }: Request): void {
    const status = { status_code: 204, reason_phrase: 'No Content', uri };
    this.#say({ type: 'RESTResponse', transaction_id: request_id, request_id, ...status });
    const [, id = '', order] = uri.split(/[/?]/);
    if (order === 'answer') this.#say({ type: 'ChannelStateChange', channel: channel(id, 'Up') });
    else if (order === 'play') setImmediate(() => this.#play(id, message_body));
    else setImmediate(() => this.#end(id));
  }

  #play(id: string, body: string): void {
    const { media, playbackId } = JSON.parse(body) as { media: readonly string[]; playbackId: string };
    const playback = {
      id: playbackId,
      media_uri: media[0],
      target_uri: `channel:${id}`,
      language: 'en',
    };
    this.#say({ type: 'PlaybackStarted', playback: { ...playback, state: 'playing' } });
    setImmediate(() => this.#say({ type: 'PlaybackFinished', playback: { ...playback, state: 'done' } }));
  }

  #end(id: string): void {
    this.#say({ type: 'ChannelHangupRequest', channel: channel(id, 'Up') });
    this.#say({ type: 'StasisEnd', channel: channel(id, 'Up') });
    setImmediate(() => this.#ended.get(id)?.());
  }

  #say(message: object): void {
    this.emit('message', Buffer.from(JSON.stringify({ ...common, ...message })), false);
  }
}
