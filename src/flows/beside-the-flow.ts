import type { Scope } from '../core/scope.ts';
import type { CallActionContext } from './action.ts';
import { type FailureTeller, tellFailure } from './failure.ts';

interface WhoseWork extends FailureTeller, Pick<CallActionContext, 'call'> {}

/** Runs the work of an action beside the flow, which goes on at once. What is beside it already does it itself, and waits for it. */
export async function besideFlow(
  context: WhoseWork & Pick<CallActionContext, 'isBeside' | 'scope'>,
  work: (scope: Scope) => Promise<unknown>,
): Promise<void> {
  if (context.isBeside) await work(context.scope);
  else beside(context, work);
}

/** Runs the work: it lives until a hang-up of the call begins, and its failure is told like an action's. */
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
