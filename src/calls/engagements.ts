import { now } from '../core/clock.ts';
import { Groups } from '../core/groups.ts';
import { after } from '../core/wait.ts';
import type { Address } from './address.ts';
import type { Call } from './call.ts';

/**
 * Asterisk tells the end of a channel before it has sent the BYE or CANCEL, and a phone that has not heard it yet is busy
 * for the next INVITE. SIP reckons with half a second for a message and its answer (T1).
 */
const goodbye = 500;

/** Phones that hear of it within so many milliseconds are free together: a timer for each would wake a busy daemon for every call. */
const together = 50;

/** A call that has ended, whose phone may not have heard it. */
interface Ended {
  readonly key: string;
  readonly call: Call;
  /** When it has. */
  readonly at: number;
}

/** Who is on a call just now, ringing ones included: asked and answered at once, so that nothing comes between. */
export class Engagements {
  /** The calls of each party, by how it is known to us. */
  readonly #calls = new Groups<string, Call>();
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
    this.#calls.add(key, call);
    void call.whenEnded.then(() => {
      if (call.record.hangup_by === 'local') this.#endLater({ key, call, at: now() + goodbye });
      else this.#end([{ key, call }]);
    });
  }

  /** Whether somebody with one of these addresses is on a call, other than the legs of this one. */
  has(addresses: readonly Address[], masterCallId?: string): boolean {
    const isOther = ({ record }: Call): boolean => record.master_call_id !== masterCallId;
    return addresses.some((address) => keysOf(address).some((key) => this.#calls.of(key).some(isOther)));
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

  #end(over: readonly Pick<Ended, 'key' | 'call'>[]): void {
    for (const { key, call } of over) this.#calls.delete(key, call);
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
