import type { EventRouter } from './event-router.ts';
import { subjectOf } from './event-router.ts';
import type { AriEvent, StasisStart } from './events.gen.ts';

/**
 * What Asterisk has kept for us while we were away, and what else comes before that has been read to its end. It outlives the
 * connection it has come over: what has been read once never comes again.
 */
export class Backlog {
  #events: AriEvent[] = [];
  #kept = 0;

  take(event: AriEvent): void {
    this.#events.push(event);
  }

  /** Asterisk has answered us: what has come by now it had kept, and what comes from now on is new. */
  mark(): void {
    this.#kept = this.#events.length;
  }

  /**
   * Hands over everything, in order, but for the beginnings that are over: a channel that is not there any more starts nothing.
   * Its owner, where it has one, is told of it all the same. Answers how many events had been kept.
   */
  handOver(
    { events, isThere }: { events: Pick<EventRouter, 'owns'>; isThere: (channelId: string) => boolean },
    deliver: (event: AriEvent) => void,
  ): number {
    const [all, kept] = [this.#events, this.#kept];
    [this.#events, this.#kept] = [[], 0];
    const ends = lastEnds(all.slice(0, kept));
    // An event of a later Asterisk may lack what its type promises.
    const isOver = ({ channel }: Partial<StasisStart>, at: number): boolean =>
      channel !== undefined && (!isThere(channel.id) || (ends.get(channel.id) ?? -1) > at);
    for (const [at, event] of all.entries()) {
      const isStale = at < kept && event.type === 'StasisStart' && isOver(event, at);
      if (!isStale || events.owns(subjectOf(event) ?? '')) deliver(event);
    }
    return kept;
  }
}

/** Where each channel has left us for the last time. */
function lastEnds(events: readonly AriEvent[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const [at, event] of events.entries())
    if (event.type === 'StasisEnd' && event.channel) ends.set(event.channel.id, at);
  return ends;
}
