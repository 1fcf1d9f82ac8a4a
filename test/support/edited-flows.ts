import fc from 'fast-check';
import { actionSchemas } from '../../src/api/action-schemas.ts';
import type { ActionJson, Catalogue } from '../../src/console/editor/model.ts';
import type { Schema } from '../../src/console/lib/schema.ts';
import { loadActions } from '../../src/flows/load-actions.ts';

// Flows as the editor of the console has them.

export const actions = await loadActions();
const schemas = actionSchemas(actions) as Readonly<Record<string, Schema>>;
export const catalogue: Catalogue = new Map(
  Object.values(schemas).flatMap((schema) => {
    const type = schema.properties?.type?.const;
    return typeof type === 'string' ? [[type, schema] as const] : [];
  }),
);

const types = [...actions.keys()];
const id = fc.constantFrom('one', 'two', 'three', 'four', 'five');
const reference = fc.option(fc.oneof(id, fc.constantFrom('', '00000000-0000-0000-0000-000000000000')), {
  nil: undefined,
});

/** An action as somebody may have written it: known and unknown fields, targets that are there and are not. */
export const action = fc
  .record({
    type: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...types) },
      { weight: 1, arbitrary: fc.string() },
    ),
    next: reference,
    error: reference,
    targets: fc.array(reference, { minLength: 4, maxLength: 4 }),
    isOwn: fc.boolean(),
    extra: fc.jsonValue(),
  })
  .map(({ type, next, error, targets, isOwn, extra }): ActionJson => {
    const own = actions.get(type);
    const option: Record<string, unknown> = { ...(isOwn && (own?.example as object)), extra };
    for (const [index, target] of (own?.targets ?? []).entries()) {
      const [key = '', star] = target.split('.');
      const to = targets[index % targets.length];
      if (star !== undefined) option[key] = { '1': to ?? 'one', '#': 'two' };
      else if (to !== undefined) option[key] = to;
    }
    return {
      type,
      option: option as never,
      ...(next !== undefined && { next_id: next }),
      ...(error !== undefined && { on_error_id: error }),
      ...(isOwn && { tm_execute: '2022-04-11 00:23:55.012416032' }),
    };
  });

/** Some with ids, each once. */
export const flow = fc.tuple(fc.uniqueArray(id), fc.array(action, { maxLength: 8 })).map(([ids, list]) =>
  list.map((each, index): ActionJson => {
    const own = ids[index];
    return own === undefined ? each : { id: own, ...each };
  }),
);
