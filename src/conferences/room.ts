import type { IdOf } from '../ari/ids.ts';
import { ignoreGone } from '../ari/transport.ts';
import { Bridge } from '../calls/bridge.ts';
import type { Call } from '../calls/call.ts';
import { classOf, type Music } from '../calls/chosen-music.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { prefetch } from '../core/prefetch.ts';
import type { Scope } from '../core/scope.ts';
import { playToAll } from './announcement.ts';

/** Makes a media URI of Asterisk's of what is to be played. */
export type Prepare = (media: string, signal: AbortSignal) => Promise<string>;

export interface RoomOptions {
  /** Of its bridge, and of what is played there. */
  readonly id: IdOf;
  readonly scope: Scope;
  readonly log: Log;
  /** Whether whoever was left in it hears music. */
  readonly hasMusic: boolean;
  /** The number of the next thing that is said in it. */
  readonly nextAnnouncement: () => number;
}

interface RoomParts extends RoomOptions {
  readonly bridge: Bridge;
  readonly ari: Call['ari'];
}

/** The bridge of a confbridge, which Asterisk has only while somebody is in it. */
export class Room {
  readonly bridge: Bridge;
  readonly ari: Call['ari'];
  /** Closed before the bridge is gone. */
  readonly scope: Scope;
  readonly #id: IdOf;
  readonly #log: Log;
  readonly #nextAnnouncement: () => number;
  #wantsMusic: boolean;
  #music: Music | undefined;
  #hasMusic: boolean;
  #tuning: Promise<void> = Promise.resolve();
  #announcing: Promise<void> = Promise.resolve();

  private constructor({ bridge, ari, id, scope, log, hasMusic, nextAnnouncement }: RoomParts) {
    this.bridge = bridge;
    this.ari = ari;
    this.#id = id;
    this.scope = scope;
    this.#log = log;
    this.#nextAnnouncement = nextAnnouncement;
    this.#hasMusic = hasMusic;
    this.#wantsMusic = hasMusic;
  }

  /** Opened for the first who comes, and nobody's in particular; or left behind. @throws ActionError `BRIDGE_FAILED` */
  static async open(ari: Call['ari'], options: RoomOptions): Promise<Room> {
    const { id, scope } = options;
    return new Room({ ...options, bridge: await Bridge.open({ ari, id: id('bridge'), scope }), ari });
  }

  /** Whether a channel is in it, as far as Asterisk says. */
  async has(channelId: string, signal: AbortSignal): Promise<boolean> {
    try {
      const bridges = await this.ari.bridges.list(signal);
      const isIn = bridges.some(({ id, channels }) => id === this.bridge.id && channels.includes(channelId));
      return isIn || this.bridge.awaits(channelId);
    } catch {
      signal.throwIfAborted();
      return true;
    }
  }

  /** Says or plays something to all in it, after what is being said already; each thing is made ready shortly before. */
  announce(media: readonly string[], prepare: Prepare = async (item) => item): void {
    const before = this.#announcing;
    this.scope.spawn('announcement', () => {
      this.#announcing = before.then(() => this.#announce(media, prepare));
      return this.#announcing;
    });
  }

  /** Music for whoever is alone. */
  setMusic(isWanted: boolean, music: Music | undefined): void {
    this.#wantsMusic = isWanted;
    this.#music = music;
    // One after the other: the last wish counts, also where requests overtake one another.
    this.scope.spawn('hold-music', () => {
      this.#tuning = this.#tuning.then(() => this.#tune());
      return this.#tuning;
    });
  }

  async #announce(media: readonly string[], prepare: Prepare): Promise<void> {
    const { signal } = this.scope;
    const ready = (item: string) => this.#attempt(() => prepare(item, signal));
    for await (const [, uri] of prefetch(media, ready)) {
      if (uri !== undefined)
        await this.#attempt(() => playToAll(this.ari, this.bridge, this.#announcement(uri), signal));
    }
  }

  /** A step that fails keeps no other from being taken; once nobody is left none is. */
  async #attempt<T>(step: () => Promise<T>): Promise<T | undefined> {
    if (this.scope.signal.aborted) return undefined;
    try {
      return await step();
    } catch (error) {
      if (!this.scope.signal.aborted) this.#log.warn({ error: messageOf(error) }, 'announcement_failed');
      return undefined;
    }
  }

  #announcement(media: string) {
    return { id: this.#id('announcement', this.#nextAnnouncement()), media };
  }

  async #tune(): Promise<void> {
    const isWanted = this.#wantsMusic;
    if (isWanted === this.#hasMusic || this.scope.signal.aborted) return;
    const { bridges } = this.ari;
    const { signal } = this.scope;
    try {
      if (isWanted)
        await bridges.startMoh(
          this.bridge.id,
          await classOf(this.#music, { log: this.#log }, signal),
          signal,
        );
      else await ignoreGone(bridges.stopMoh(this.bridge.id, signal));
      this.#hasMusic = isWanted;
    } catch (error) {
      if (!signal.aborted) this.#log.warn({ error: messageOf(error) }, 'hold_music_failed');
    }
  }
}
