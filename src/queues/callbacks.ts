import type { Address } from '../calls/address.ts';
import { telAddress } from '../calls/address.ts';
import type { Call } from '../calls/call.ts';
import { calledBy, callerOf } from '../calls/referral.ts';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort } from '../core/wait.ts';
import { Callback, type CallingBack } from './callback.ts';
import type { CallbackState } from './callback-state.ts';
import type { IsRegistered } from './dispatch.ts';
import type { Queuecall } from './queuecall.ts';

export interface CallbacksOptions {
  readonly calling: () => CallingBack;
  readonly isRegistered: IsRegistered;
  /** A call has a place from now on, or has it no longer. */
  readonly onHolder: (queuecall: Queuecall, callId: string | undefined) => void;
  readonly scope: Scope;
  readonly log: Log;
}

/** Those who keep their places in queues and are to be called back. */
export class Callbacks {
  readonly #options: CallbacksOptions;
  /** By the ids of their queuecalls. */
  readonly #all = new Map<string, Callback>();

  constructor(options: CallbacksOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  get(id: string): Queuecall | undefined {
    return this.#all.get(id)?.queuecall;
  }

  /** In no order. */
  get queuecalls(): Iterable<Queuecall> {
    return this.#all.values().map(({ queuecall }) => queuecall);
  }

  /**
   * The caller is to be called back from now on. Who is to be already at this number, in this queue, is called once: the place that he
   * has now is given up. @throws ActionError why he cannot be; the signal's reason
   */
  async begin(
    queuecall: Queuecall,
    call: Call,
    { destination, signal }: { readonly destination?: Address | undefined; readonly signal: AbortSignal },
  ): Promise<void> {
    const to = destination ?? (await this.#addressOf(call, signal));
    this.#options.calling().outgoing.check(to);
    const { callback, id } = queuecall.queue;
    const others = [...this.#all.values()].filter((other) => other.queuecall.queue.id === id);
    if (others.some((other) => isSame(other.destination, to))) return queuecall.kick('callback');
    if (others.length >= callback.most)
      throw new ActionError('TOO_MANY_CALLBACKS', `${callback.most} wait to be called back`);
    const source = telAddress(calledBy(call).target, calledBy(call).target_name);
    const present = now();
    const state = {
      source,
      destination: to,
      tries: 0,
      notBefore: present,
      until: present + callback.timeout,
    };
    if (!queuecall.callBack(state, call.id)) throw new ActionError('NOT_IN_QUEUE', 'the call does not wait');
    this.goOn(queuecall, state);
  }

  /** Somebody with this number has called in again, and an agent has taken that: he need not be called back. */
  isServed(queueId: string, number: string): void {
    for (const { queuecall, destination } of [...this.#all.values()])
      if (queuecall.queue.id === queueId && destination.target === number) queuecall.kick('callback');
  }

  /** When `ready` resolves. */
  goOn(queuecall: Queuecall, state: CallbackState, ready: Promise<void> = Promise.resolve()): void {
    const { calling, onHolder, scope, log } = this.#options;
    const { id } = queuecall.record;
    const callback = new Callback({
      ...calling(),
      ...{ queuecall, state, log },
      onHolder: (callId) => onHolder(queuecall, callId),
    });
    this.#all.set(id, callback);
    const own = scope.child({ until: queuecall.out });
    const keepOn = scope.defer(() => queuecall.stop()); // the next start goes on with it
    scope.spawn('callback', async () => {
      try {
        await ready;
        await callback.run(own.signal);
      } finally {
        if (!scope.signal.aborted) {
          this.#all.delete(id);
          keepOn();
        }
        void own.close();
      }
    });
  }

  /** Where he can be called: a phone registered here, or his number. */
  async #addressOf(call: Call, signal: AbortSignal): Promise<Address> {
    const { target, target_name } = callerOf(call);
    const isHere = phone.test(target) && (await this.#isHere(target, signal));
    return isHere
      ? { ...telAddress(target, target_name), type: 'extension' }
      : telAddress(target, target_name);
  }

  /** Where nobody knows it is a number, as any other. */
  async #isHere(target: string, signal: AbortSignal): Promise<boolean> {
    try {
      return await orAbort(this.#options.isRegistered(target, signal), signal);
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }
}

/** What may be one registered here. */
const phone = /^[0-9]{2,8}$/;

function isSame(one: Address, other: Address): boolean {
  return one.type === other.type && one.target === other.target;
}
