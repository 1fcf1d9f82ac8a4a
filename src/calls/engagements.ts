import { now } from '../core/clock.ts';
import { Groups } from '../core/groups.ts';
import { after } from '../core/wait.ts';
import type { Address } from './address.ts';
import type { Call } from './call.ts';
import type { CallRecord } from './call-record.ts';

/**
 * Asterisk tells the end of a channel before it has sent the BYE or CANCEL, and a phone that has not heard it yet is busy
 * for the next INVITE. SIP reckons with half a second for a message and its answer (T1).
 */
const goodbye = 500;

/** Phones that hear of it within so many milliseconds are free together: a timer for each would wake a busy daemon for every call. */
const together = 50;

/** What is asked about somebody's call. */
interface Engagement {
  readonly record: Pick<CallRecord, 'master_call_id'>;
}

/** That of a call that has ended, whose phone may not have heard it. */
interface Ended {
  readonly key: string;
  readonly engagement: Engagement;
  /** When it has. */
  readonly at: number;
}

/** Who is on a call just now, ringing ones included: asked and answered at once, so that nothing comes between. */
export class Engagements {
  /** Of each party, by how it is known to us: its calls, and what is left of those that have just ended. */
  readonly #engagements = new Groups<string, Engagement>();
  /** In the order in which they are over. */
  #ended: Ended[] = [];
  #onFree: () => void = () => undefined;

  /** Calls back whenever somebody is on a call no longer. */
  onFree(watcher: () => void): void {
    this.#onFree = watcher;
  }

  /** From now on, until it has ended and its phone knows of that. */
  begin(call: Call): void {
    const { direction, source, destination } = call.record;
    const key = direction === 'incoming' ? callerKey(source.target) : calledKey(destination);
    this.#engagements.add(key, call);
    void call.whenEnded.then(() => {
      const { hangup_by, master_call_id } = call.record;
      if (hangup_by !== 'local') return this.#end([{ key, engagement: call }]);
      // The call itself is not kept: with many a second that is most of what the memory would hold.
      const engagement: Engagement = { record: { master_call_id } };
      this.#engagements.delete(key, call);
      this.#engagements.add(key, engagement);
      this.#endLater({ key, engagement, at: now() + goodbye });
    });
  }

  /** Whether somebody with one of these addresses is on a call, other than the legs of this one. */
  has(addresses: readonly Address[], masterCallId?: string): boolean {
    const isOther = ({ record }: Engagement): boolean => record.master_call_id !== masterCallId;
    return addresses.some((address) =>
      keysOf(address).some((key) => this.#engagements.of(key).some(isOther)),
    );
  }

  #endLater(ended: Ended): void {
    this.#ended.push(ended);
    if (this.#ended.length === 1) after(goodbye, () => this.#endDue());
  }

  #endDue(): void {
    const time = now();
    const due = this.#ended.filter(({ at }) => at <= time);
    this.#ended = this.#ended.slice(due.length);
    const [next] = this.#ended;
    if (next) after(Math.max(next.at - time, together), () => this.#endDue());
    if (due.length > 0) this.#end(due);
  }

  #end(over: readonly Pick<Ended, 'key' | 'engagement'>[]): void {
    for (const { key, engagement } of over) this.#engagements.delete(key, engagement);
    this.#onFree();
  }
}

/** Who calls in is known by his number alone, or by the user of his SIP address. */
function keysOf(address: Address): readonly string[] {
  const user = address.type === 'sip' ? (whole(address.target).split('@')[0] ?? '') : address.target;
  return [callerKey(user), calledKey(address)];
}

function callerKey(target: string): string {
  return `from ${target}`;
}

function calledKey({ type, target }: Address): string {
  return `to ${type} ${type === 'sip' ? whole(target) : target}`;
}

/** `user@host:port`, however it was written. */
function whole(target: string): string {
  const [user = '', host = ''] = target.replace(/^sip:/, '').split('@');
  const named = host.toLowerCase();
  return `${user}@${/:\d+$/.test(named) ? named : `${named}:5060`}`;
}
