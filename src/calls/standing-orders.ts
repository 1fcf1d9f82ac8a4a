import { LifetimeEnded, messageOf } from '../core/errors.ts';
import { Limit } from '../core/limit.ts';
import type { Log } from '../core/log.ts';

/** An order to Asterisk about a call; once sent it is seen through, or what undoes it might overtake it. */
type Order = () => Promise<void>;

/** What of a call matters here; bridges, which calls know, undo what is ordered. */
interface Ordered {
  readonly log: Log;
}

interface Standing {
  /** By the names of the orders: what undoes them. */
  readonly undoing: Map<string, Order>;
  readonly turn: Limit;
  readonly log: Log;
  end: AbortController;
}

const undone = new LifetimeEnded('what was ordered of the call was undone');

/** What has been ordered of each call from outside its flow: hold, mute, music. */
const standing = new WeakMap<object, Standing>();

/** Gives an order that stands until it is taken back, or the call goes to another flow, elsewhere or into a bridge. */
export async function give(call: Ordered, name: string, order: Order, undo: Order): Promise<void> {
  const { undoing, turn } = of(call);
  await turn.run(async () => {
    undoing.set(name, undo); // before: without an answer it may have been taken all the same
    await order();
  });
}

/** Takes an order back, given or not. */
export async function takeBack(call: Ordered, name: string, undo: Order): Promise<void> {
  const { undoing, turn } = of(call);
  await turn.run(async () => {
    await undo();
    undoing.delete(name);
  });
}

/** What must not come between two orders, or an order and its undoing. */
export function inTurn(call: Ordered, task: Order): Promise<void> {
  return of(call).turn.run(task);
}

/** Aborted as soon as what has been ordered is undone: what was asked for before is not begun any more. */
export function ordersEnd(call: Ordered): AbortSignal {
  return of(call).end.signal;
}

/** Undoes all that stands: where the call is going it would stay for ever. One that cannot be undone holds nothing up. */
export async function undoOrders(call: object): Promise<void> {
  const orders = standing.get(call);
  if (!orders) return;
  const { end, turn, undoing, log } = orders;
  orders.end = new AbortController();
  end.abort(undone);
  await turn.run(async () => {
    for (const [name, undo] of undoing) {
      undoing.delete(name);
      await undo().catch((error: unknown) =>
        log.warn({ order: name, error: messageOf(error) }, 'order_not_undone'),
      );
    }
  });
}

function of(call: Ordered): Standing {
  const fresh = { undoing: new Map(), turn: new Limit(1), log: call.log, end: new AbortController() };
  const orders = standing.get(call) ?? fresh;
  standing.set(call, orders);
  return orders;
}
