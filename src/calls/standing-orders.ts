import type { AriEvent } from '../ari/events.gen.ts';
import { LifetimeEnded, messageOf } from '../core/errors.ts';
import { LazyMap } from '../core/lazy-map.ts';
import type { Log } from '../core/log.ts';
import { Semaphore } from '../core/semaphore.ts';
import { nothingOrdered, type Ordered } from './call-record.ts';

/** An order to Asterisk about a call; once sent it is seen through, or what undoes it might overtake it. */
type Order = () => Promise<void>;

const undone = new LifetimeEnded('what was ordered of the call was undone');

/** The class of Asterisk's music on hold that is heard unless another one is named. */
export const usualClass = 'default';

/** The orders that a call stands under: hold, mute, music. */
export class StandingOrders {
  readonly #call: { readonly log: Log };
  /** By the names of the orders: what undoes them. */
  readonly #undoing = new LazyMap<string, Order>();
  readonly #turn = new Semaphore(1);
  readonly #tell: (change: Partial<Ordered>) => void;
  /** Made when somebody first asks for it. */
  #end: AbortController | undefined;
  #shown = nothingOrdered;
  /** Of Asterisk's, which the call hears wherever it hears music; not known of one that was left behind. */
  musicClass: string | undefined = usualClass;

  /** `tell` hears of every change in what stands. */
  constructor(call: { readonly log: Log }, tell: (change: Partial<Ordered>) => void) {
    this.#call = call;
    this.#tell = tell;
  }

  /** The orders that stand, as far as Asterisk has said. */
  get shown(): Ordered {
    return this.#shown;
  }

  /** Asterisk ends music for what it plays to the call. */
  hear({ type }: Pick<AriEvent, 'type'>): void {
    if (type === 'PlaybackStarted') this.stands('moh', '');
  }

  /** Asterisk has taken an order, or what undoes it; or something else has ended it. */
  stands<N extends keyof Ordered>(name: N, value: Ordered[N]): void {
    if (this.#shown[name] === value) return;
    const change = { [name]: value };
    this.#shown = { ...this.#shown, ...change };
    this.#tell(change);
  }

  /** Gives an order that stands until it is taken back, or the call goes to another flow, elsewhere or into a bridge. */
  async give(name: string, order: Order, undo: Order): Promise<void> {
    await this.#turn.run(async () => {
      this.#undoing.set(name, undo); // before: without an answer it may have been taken all the same
      await order();
    });
  }

  /** One that stood before, of which nobody is told again. */
  goOn(name: string, shown: Partial<Ordered>, undo: Order): void {
    this.#undoing.set(name, undo);
    this.#shown = { ...this.#shown, ...shown };
  }

  /** Takes an order back, given or not. */
  async takeBack(name: string, undo: Order): Promise<void> {
    await this.#turn.run(async () => {
      await undo();
      this.#undoing.delete(name);
    });
  }

  /** What must not come between two orders, or an order and its undoing. */
  inTurn(task: Order): Promise<void> {
    return this.#turn.run(task);
  }

  /** Aborted as soon as what has been ordered is undone: what was asked for before is not begun any more. */
  get ended(): AbortSignal {
    this.#end ??= new AbortController();
    return this.#end.signal;
  }

  /** Undoes all that stands: where the call is going it would stay for ever. One that cannot be undone holds nothing up. */
  async undo(): Promise<void> {
    const end = this.#end;
    this.#end = undefined;
    end?.abort(undone);
    await this.#turn.run(async () => {
      for (const [name, undo] of this.#undoing) {
        this.#undoing.delete(name);
        await undo().catch((error: unknown) =>
          this.#call.log.warn({ order: name, error: messageOf(error) }, 'order_not_undone'),
        );
      }
    });
  }
}
