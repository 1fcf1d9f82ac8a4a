import type { ActionCode } from '../../core/action-codes.ts';
import { ActionError } from '../../core/errors.ts';
import type { Action } from '../../flows/action.ts';
import type { ActionCatalogue } from '../../flows/load-actions.ts';
import type { NameOf } from './action-names.ts';
import type { Met, RecordedCall } from './recorded-call.ts';

/** These fail by what others answer, which is told of them. */
const askOthers = new Set(['webhook_send', 'fetch', 'connect', 'call']);

/** Actions that fail where they did in a recorded call: a sound that was not there, an engine that was away nobody else knows of. */
export function withRecordedFailures(
  catalogue: ActionCatalogue,
  { met }: RecordedCall,
  nameOf: NameOf,
): ActionCatalogue {
  const runs = Map.groupBy(
    met.filter(({ type }) => type === 'action'),
    ({ id, what: type }) => nameOf({ id, type }),
  );
  const types = new Set(met.filter(({ data }) => data.code !== undefined).map(({ what }) => what));
  const failing = [...catalogue].filter(([name]) => types.has(name) && !askOthers.has(name));
  return new Map([
    ...catalogue,
    ...failing.map(([name, type]) => [name, failingAsThen(type, { runs, nameOf })] as const),
  ]);
}

interface Then {
  /** By action, one after the other. */
  readonly runs: ReadonlyMap<string, readonly Met[]>;
  readonly nameOf: NameOf;
}

function failingAsThen(type: Action, { runs, nameOf }: Then): Action {
  const counts = new Map<string, number>();
  return {
    ...type,
    async run(context, option) {
      const name = nameOf(context.action);
      const run = counts.get(name) ?? 0;
      counts.set(name, run + 1);
      const { what, data } = runs.get(name)?.[run] ?? {};
      if (what !== type.type || data?.code === undefined) return type.run(context, option);
      throw new ActionError(data.code as ActionCode, data.message ?? ''); // as it was written down
    },
  };
}
