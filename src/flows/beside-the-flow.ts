import type { BesideWork, CallActionContext } from './action.ts';
import { type FailureTeller, tellFailure } from './failure.ts';

interface WhoseWork extends FailureTeller, Pick<CallActionContext, 'call'> {}

/** Runs the work of an action beside the flow, which goes on at once. What is beside it already does it itself, and waits for it. */
export async function besideFlow(
  { beside, scope }: Pick<CallActionContext, 'beside' | 'scope'>,
  work: BesideWork,
): Promise<void> {
  if (beside) beside(work);
  else await work(scope);
}

/** Runs the work: it lives until a hang-up of the call begins, and its failure is told like an action's. */
export function beside({ action, call, publish }: WhoseWork, work: BesideWork): void {
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
