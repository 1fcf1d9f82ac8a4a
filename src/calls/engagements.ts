import { after } from '../core/wait.ts';
import type { Address } from './address.ts';
import type { Call } from './call.ts';

/**
 * Asterisk tells the end of a channel before it has sent the BYE or CANCEL, and a phone that has not heard it yet is busy
 * for the next INVITE. SIP reckons with half a second for a message and its answer (T1).
 */
const goodbye = 500;

/** Who is on a call just now, ringing ones included: asked and answered at once, so that nothing comes between. */
export class Engagements {
  /** The calls of each party, by how it is known to us. */
  readonly #calls = new Map<string, Set<Call>>();
  #onFree: () => void = () => undefined;

  /** Calls back whenever somebody is on a call no longer. */
  onFree(watcher: () => void): void {
    this.#onFree = watcher;
  }

  /** From now on, until it has ended and its phone knows of that. */
  begin(call: Call): void {
    const { direction, source, destination } = call.record;
    const key = direction === 'incoming' ? callerKey(source.target) : calledKey(destination);
    const calls = this.#calls.get(key) ?? new Set();
    this.#calls.set(key, calls.add(call));
    void call.whenEnded.then(() => {
      if (call.record.hangup_by === 'local') after(goodbye, () => this.#end(key, call));
      else this.#end(key, call);
    });
  }

  /** Whether somebody with one of these addresses is on a call, other than the legs of this one. */
  has(addresses: readonly Address[], masterCallId?: string): boolean {
    const isOther = ({ record }: Call): boolean => record.master_call_id !== masterCallId;
    return addresses.some((address) =>
      keysOf(address).some((key) => [...(this.#calls.get(key) ?? [])].some(isOther)),
    );
  }

  #end(key: string, call: Call): void {
    const calls = this.#calls.get(key);
    calls?.delete(call);
    if (calls?.size === 0) this.#calls.delete(key);
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
