import { orAbort } from '../core/wait.ts';
import type { CallActionContext } from '../flows/action.ts';
import { failureOf, tellFailure } from '../flows/failure.ts';
import type { QueueTerms } from '../ports/queues.ts';
import { sayNow } from './announcing.ts';

/** Lets a caller who waits ask by a key to be called back, until he is to be, or waits no longer. */
export async function offerCallback(
  context: CallActionContext,
  terms: QueueTerms,
  signal: AbortSignal,
): Promise<void> {
  const { call, ports, log } = context;
  const { callback } = terms;
  if (callback.key === '') return;
  for (;;) {
    await pressed(call, callback.key, signal);
    try {
      return await ports.queues.callBack(call, {}, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = failureOf(error);
      log.info({ code, reason: message }, 'callback_refused');
      tellFailure(context, error, 'callback: ');
      await sayRefused(context, terms, signal);
    }
  }
}

/** He may ask again, also where he has not heard it. */
async function sayRefused(
  context: CallActionContext,
  { callback, announcements }: QueueTerms,
  signal: AbortSignal,
): Promise<void> {
  try {
    await sayNow(context, { written: callback.refused, announcements }, signal);
  } catch (error) {
    signal.throwIfAborted();
    tellFailure(context, error, 'callback: ');
  }
}

/** Resolves when he presses it, from now on; it is nobody else's then. */
async function pressed(
  { digits }: Pick<CallActionContext['call'], 'digits'>,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _ = digits.onDigit(() => {
    if (digits.withdraw(key)) resolve();
  });
  await orAbort(promise, signal);
}
