import type { Scope } from '../core/scope.ts';
import type { CallActionContext } from './action.ts';
import { type FailureTeller, tellFailure } from './failure.ts';

interface WhoseWork extends FailureTeller, Pick<CallActionContext, 'call'> {}

/**
 * Runs the work of an action beside the flow: it lives until a hang-up of the call begins, and its failure is told like an
 * action's.
 */
export function beside({ action, call, publish }: WhoseWork, work: (scope: Scope) => Promise<unknown>): void {
  const { hangupSignal } = call;
  call.scope.spawn(action.type, async () => {
    const scope = call.scope.child({ until: hangupSignal });
    try {
      await work(scope);
    } catch (error) {
      if (hangupSignal.aborted) return;
      tellFailure({ action, publish }, error);
    } finally {
      await scope.close();
    }
  });
}
