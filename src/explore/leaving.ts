import { LifetimeEnded } from '../core/errors.ts';
import { sleep } from '../core/wait.ts';
import type { Action, ActionContext, Outcome } from '../flows/action.ts';

/** Milliseconds. */
const longEnough = 60_000;

const left = new LifetimeEnded('the caller is put out of the room');

/** Runs an action that ends when somebody ends it: somebody does, after a minute. */
export async function leaving(
  type: Action,
  context: ActionContext,
  option: unknown,
): Promise<Outcome | undefined> {
  const end = new AbortController();
  const signal = AbortSignal.any([context.signal, end.signal]);
  const within = new Proxy(context, {
    get: (target, key) => (key === 'signal' ? signal : Reflect.get(target, key, target)),
  });
  void sleep(longEnough, signal).then(
    () => end.abort(left),
    () => undefined,
  );
  try {
    return await type.run(within, option);
  } catch (error) {
    if (!end.signal.aborted || context.signal.aborted) throw error;
    return undefined;
  } finally {
    end.abort(left);
  }
}
