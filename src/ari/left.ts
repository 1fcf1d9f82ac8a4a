import type { Bridge, Channel, StasisStart } from './events.gen.ts';

/**
 * What Asterisk has of ours and nobody owns: a daemon that died has made it. Whoever needs a thing of that id claims it, and makes
 * it only where it is not there; what nobody has claimed is swept away in the end. Off a start there is nothing here.
 */
export class Left {
  readonly #channels = new Map<string, LeftChannel>();
  readonly #bridges = new Map<string, Bridge>();
  #isAwaited = false;

  /** Whether somebody is about to claim what is left: from a start, until that is through. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  set isAwaited(isAwaited: boolean) {
    this.#isAwaited = isAwaited;
  }

  /** This is what there is. */
  fill(channels: readonly Channel[], bridges: readonly Bridge[]): void {
    this.#bridges.clear();
    for (const bridge of bridges) this.#bridges.set(bridge.id, bridge);
    const before = new Map(this.#channels);
    this.#channels.clear();
    for (const channel of channels) this.#channels.set(channel.id, { ...before.get(channel.id), channel });
  }

  /** A channel that nobody owns has come to us, or has come back. */
  came({ channel, args }: StasisStart): void {
    this.#channels.set(channel.id, { channel, args });
  }

  /** A channel that nobody owns is gone. */
  went(channelId: string): void {
    this.#channels.delete(channelId);
  }

  /** Whether the channel of this id is left. */
  hasChannel(id: string): boolean {
    return this.#channels.has(id);
  }

  /** The channel of this id, if it is left: it is the claimer's now. */
  channel(id: string): LeftChannel | undefined {
    const left = this.#channels.get(id);
    this.#channels.delete(id);
    return left;
  }

  /** The bridge of this id, if it is left, with the channels that were in it: it is the claimer's now. */
  bridge(id: string): Bridge | undefined {
    const left = this.#bridges.get(id);
    this.#bridges.delete(id);
    return left;
  }

  /** Nobody claims anything any more. */
  clear(): void {
    this.#isAwaited = false;
    this.#channels.clear();
    this.#bridges.clear();
  }
}

export interface LeftChannel {
  readonly channel: Channel;
  /** What it came to us with, where it has come since the start. */
  readonly args?: readonly string[];
}
