import { Refusal } from './refusal.ts';
import type { Step } from './step.ts';
import type { Daemon } from './stock.ts';

/** So many of those who point to something the daemon names: where there are as many there may be others. */
const mostNamed = 20;

/**
 * Deletes what no file says. What something points to waits until that is gone; where all that is left points in a circle one of them is
 * deleted all the same, and only one to which nothing points that stays. @throws as the daemon refuses
 */
export async function prune(
  steps: readonly Step[],
  daemon: Daemon,
  done: (step: Step) => void,
): Promise<void> {
  let left = steps;
  while (left.length > 0) {
    const refused: { readonly step: Step; readonly error: Refusal }[] = [];
    for (const step of left)
      try {
        await daemon.delete(pathOf(step));
        done(step);
      } catch (error) {
        if (!isHeldOnlyBy(left, error)) throw error;
        refused.push({ step, error });
      }
    if (refused.length === left.length) {
      const next = refused.findIndex(({ error: { details } }) => details.length < mostNamed);
      const [one] = refused.splice(Math.max(0, next), 1);
      if (!one) return;
      if (next < 0) throw one.error;
      await daemon.delete(`${pathOf(one.step)}?force=true`);
      done(one.step);
    }
    left = refused.map(({ step }) => step);
  }
}

/** Whether all that is said to point there goes too. */
function isHeldOnlyBy(left: readonly Step[], error: unknown): error is Refusal {
  if (!(error instanceof Refusal) || error.status !== 409 || error.details.length === 0) return false;
  const going = new Set(left.map((step) => placeOf(step)));
  return error.details.every(({ path }) => going.has(path));
}

function placeOf({ kind, id }: Step): string {
  return `${kind.folder}/${id}`;
}

function pathOf(step: Step): string {
  return `/v1.0/${placeOf(step)}`;
}
