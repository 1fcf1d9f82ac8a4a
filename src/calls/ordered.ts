import type { ActionCode } from '../core/action-codes.ts';
import { ActionError } from '../core/errors.ts';
import type { Call } from './call.ts';

/**
 * Gives an order to Asterisk that says no more than whether it was taken. It is for where the call is: come to be elsewhere, or in
 * a conversation, it is not given any more. @throws ActionError with the code; the signal's reason
 */
export async function ordered(
  call: Call,
  code: ActionCode,
  order: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { ended: end } = call.orders;
  try {
    await order(AbortSignal.any([signal, end]));
  } catch (cause) {
    signal.throwIfAborted();
    if (end.aborted) return;
    throw new ActionError(code, 'Asterisk does not do that with this call', { cause });
  }
}
