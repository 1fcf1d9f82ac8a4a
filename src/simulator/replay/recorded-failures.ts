import type { ActionCode } from '../../core/action-codes.ts';
import { ActionError } from '../../core/errors.ts';
import type { Action } from '../../flows/action.ts';
import type { ActionCatalogue } from '../../flows/load-actions.ts';
import type { Met, RecordedCall } from './recorded-call.ts';

/** These fail by what others answer, which is told of them. */
const askOthers = new Set(['webhook_send', 'fetch', 'connect', 'call']);

/** Actions that fail where they did in a recorded call: a sound that was not there, an engine that was away nobody else knows of. */
export function withRecordedFailures(catalogue: ActionCatalogue, { met }: RecordedCall): ActionCatalogue {
  const runs = Map.groupBy(
    met.filter(({ type }) => type === 'action'),
    ({ id }) => id,
  );
  const types = new Set(met.filter(({ data }) => data.code !== undefined).map(({ what }) => what));
  const failing = [...catalogue].filter(([name]) => types.has(name) && !askOthers.has(name));
  return new Map([
    ...catalogue,
    ...failing.map(([name, type]) => [name, failingAsThen(type, runs)] as const),
  ]);
}

function failingAsThen(type: Action, runs: ReadonlyMap<string, readonly Met[]>): Action {
  const counts = new Map<string, number>();
  return {
    ...type,
    async run(context, option) {
      const { id } = context.action;
      const run = counts.get(id) ?? 0;
      counts.set(id, run + 1);
      const { what, data } = runs.get(id)?.[run] ?? {};
      if (what !== type.type || data?.code === undefined) return type.run(context, option);
      throw new ActionError(data.code as ActionCode, data.message ?? ''); // as it was written down
    },
  };
}
