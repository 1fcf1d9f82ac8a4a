import { Living } from '../core/living.ts';
import type { AriEvent } from './events.gen.ts';

/** Whoever owns a channel or bridge and gets its events, synchronously: an owner must not await in `deliver`. */
export interface EventOwner {
  deliver(event: AriEvent): void;
}

/** From an event to its owner: one map lookup. */
export class EventRouter {
  readonly #owners = new Living<string, EventOwner>();
  #ever = 0;
  #onUnowned: (event: AriEvent) => void = () => undefined;

  /** The watcher gets what belongs to nobody: new channels, and the last words of ones already gone. */
  onUnowned(watcher: (event: AriEvent) => void): void {
    this.#onUnowned = watcher;
  }

  /** How many subjects have an owner. */
  get size(): number {
    return this.#owners.size;
  }

  /** How many have had one since the start: where it stands still nothing was made meanwhile. */
  get ever(): number {
    return this.#ever;
  }

  owns(subject: string): boolean {
    return this.#owners.has(subject);
  }

  /** `subject` as `subjectOf` gives it: `channel:<id>` or `bridge:<id>`. */
  own(subject: string, owner: EventOwner): Disposable {
    this.#owners.set(subject, owner);
    this.#ever++;
    return { [Symbol.dispose]: () => this.#owners.delete(subject) };
  }

  dispatch(event: AriEvent): void {
    const subject = subjectOf(event);
    const owner = subject === undefined ? undefined : this.#owners.get(subject);
    if (owner) owner.deliver(event);
    else this.#onUnowned(event);
  }
}

/** What an event is about. One of a later Asterisk may lack what its type promises today. */
export function subjectOf(event: AriEvent): string | undefined {
  if ('playback' in event && event.playback) return event.playback.target_uri;
  if ('recording' in event && event.recording) return event.recording.target_uri;
  if ('channel' in event && event.channel) return `channel:${event.channel.id}`;
  if ('bridge' in event && event.bridge) return `bridge:${event.bridge.id}`;
  if (event.type === 'Dial' && event.peer) return `channel:${event.peer.id}`;
  if (event.type === 'ChannelTransfer') return `channel:${event.referred_by.source_channel.id}`;
  return undefined;
}
