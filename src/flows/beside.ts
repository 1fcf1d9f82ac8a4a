import type { Scope } from '../core/scope.ts';
import type { CallActionContext } from './action.ts';
import type { ActionJson } from './action-json.ts';
import { failureOf } from './failure.ts';

interface WhoseWork extends Pick<CallActionContext, 'call' | 'publish'> {
  readonly action: Pick<ActionJson, 'id' | 'type'>;
}

/**
 * Runs the work of an action beside the flow: it lives until a hang-up of the call begins, and its failure is told like an
 * action's.
 */
export function beside({ action, call, publish }: WhoseWork, work: (scope: Scope) => Promise<unknown>): void {
  const { hangupSignal } = call;
  call.scope.spawn(action.type, async () => {
    const scope = call.scope.child();
    const stop = (): void => void scope.close(hangupSignal.reason);
    if (hangupSignal.aborted) stop();
    else hangupSignal.addEventListener('abort', stop, { once: true });
    try {
      await work(scope);
    } catch (error) {
      if (hangupSignal.aborted) return;
      const { code, message } = failureOf(error);
      const { id, type } = action;
      publish({ type: 'action_failed', data: { action: { id, type }, code, message } });
    } finally {
      hangupSignal.removeEventListener('abort', stop);
      await scope.close();
    }
  });
}
