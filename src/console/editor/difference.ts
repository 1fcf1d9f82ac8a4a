import type { ActionJson } from './model.ts';
import type { Flow } from './stored-flow.ts';

/** A field that is another one than before; what was not there, or is not any more, is `undefined`. */
export interface ChangedField {
  /** `option.prompts[0].text` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ChangedAction {
  readonly how: 'added' | 'removed' | 'changed' | 'moved';
  readonly id: string;
  readonly type: string;
  /** None of those that were added or removed. */
  readonly fields: readonly ChangedField[];
}

export interface Difference {
  /** Of the flow itself. */
  readonly fields: readonly ChangedField[];
  readonly actions: readonly ChangedAction[];
}

const counted = new Set(['id', 'customer_id', 'actions', 'revision', 'tm_create', 'tm_update', 'tm_delete']);

/** What has become another between two forms of a flow, by the ids of its actions. */
export function differenceOf(before: Flow, after: Flow): Difference {
  const [old, now] = [byId(before.actions), byId(after.actions)];
  const kept = inOrderStill([...old.keys()], [...now.keys()]);
  const gone = [...old].filter(([id]) => !now.has(id));
  const changes = [...now].flatMap(([id, action]): readonly ChangedAction[] => {
    const { type } = action;
    const was = old.get(id);
    if (!was) return [{ how: 'added', id, type, fields: [] }];
    const fields = fieldsBetween(was, action, '');
    if (fields.length > 0) return [{ how: 'changed', id, type, fields }];
    return kept.has(id) ? [] : [{ how: 'moved', id, type, fields }];
  });
  return {
    fields: fieldsBetween(ofFlow(before), ofFlow(after), ''),
    actions: [
      ...changes,
      ...gone.map(([id, { type }]): ChangedAction => ({ how: 'removed', id, type, fields: [] })),
    ],
  };
}

/** Those without an id, of which stored flows have none, by their place. */
function byId(actions: readonly ActionJson[]): ReadonlyMap<string, ActionJson> {
  return new Map(actions.map((action, index) => [action.id ?? `[${index}]`, action]));
}

function ofFlow(flow: Flow): object {
  return Object.fromEntries(Object.entries(flow).filter(([field]) => !counted.has(field)));
}

/** The longest row of those that follow one another in both. */
function inOrderStill(before: readonly string[], after: readonly string[]): ReadonlySet<string> {
  const place = new Map(before.map((id, index) => [id, index]));
  const common = after.filter((id) => place.has(id));
  const rows: (readonly string[])[] = [];
  for (const id of common) {
    const fitting = rows.filter((row) => (place.get(row.at(-1) ?? '') ?? 0) < (place.get(id) ?? 0));
    const longest = fitting.reduce<readonly string[]>(
      (one, other) => (other.length > one.length ? other : one),
      [],
    );
    rows.push([...longest, id]);
  }
  return new Set(rows.reduce((one, other) => (other.length > one.length ? other : one), []));
}

/** Each field that differs, the innermost: of lists of one length item by item, else the list. */
function fieldsBetween(before: unknown, after: unknown, path: string): readonly ChangedField[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((value, index) => fieldsBetween(value, after[index], `${path}[${index}]`));
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    fieldsBetween(before[key], after[key], path === '' ? key : `${path}.${key}`),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
