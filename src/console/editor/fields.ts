import type { Problem } from '../lib/api.ts';
import type { Schema } from '../lib/schema.ts';

type Properties = Readonly<Record<string, Schema>>;

/** What is asked for at once; of those without a line the first few of the schema. */
const asked = new Map<string, readonly string[]>([
  ['webhook_send', ['uri', 'method', 'body_type', 'data', 'retries', 'sync']],
  ['fetch', ['event_url', 'event_method']],
  ['talk', ['text', 'language']],
  ['menu', ['prompts', 'targets', 'no_input_target_id', 'no_match_target_id']],
]);

const few = 5;

/** What stands on a tab of its own, in this order; all else is on the first one. */
const tabs: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  webhook_send: {
    Response: ['response', 'success_id', 'failure_id'],
    Other: ['sync', 'timeout', 'hold_music', 'music', 'persist'],
  },
};
const firstTab = 'Request';

/** Methods whose requests have a body. What is put has a format as what is posted has: it is asked for with each of them. */
const withBody = new Set(['POST', 'PUT', 'PATCH']);

interface Fields {
  /** What is asked for at once. */
  readonly first: Properties;
  readonly more: Properties;
}

/** The fields of a form in two parts: what is asked for at once or was there when it was opened, and all else. */
export function fieldsOf(
  type: string,
  properties: Properties,
  required: readonly string[],
  option: Readonly<Record<string, unknown>>,
  before = option,
): Fields {
  const names = Object.keys(properties).filter((name) => isAskedFor(type, name, option));
  const wanted = new Set([...(asked.get(type) ?? names.slice(0, few)), ...required, ...Object.keys(before)]);
  const ordered = [...(asked.get(type) ?? []), ...names];
  const first = [...new Set(ordered)].filter((name) => names.includes(name) && wanted.has(name));
  return {
    first: picked(properties, first),
    more: picked(
      properties,
      names.filter((name) => !wanted.has(name)),
    ),
  };
}

function picked(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(
    names.flatMap((name) => (properties[name] ? [[name, properties[name]] as const] : [])),
  );
}

export interface FormTab extends Fields {
  readonly name: string;
}

/** The tabs of a form; of most there is one. On those behind the first all is asked for at once. */
export function tabsOf(type: string, { first, more }: Fields): readonly [FormTab, ...FormTab[]] {
  const behind = Object.entries(tabs[type] ?? {});
  const elsewhere = new Set(behind.flatMap(([, names]) => names));
  const here = (fields: Properties): Properties =>
    picked(
      fields,
      Object.keys(fields).filter((name) => !elsewhere.has(name)),
    );
  return [
    { name: firstTab, first: here(first), more: here(more) },
    ...behind.map(([name, names]) => ({ name, first: picked({ ...first, ...more }, names), more: {} })),
  ];
}

/** What is wrong with the fields of a tab, and in them. */
export function problemsOn({ first, more }: Fields, problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ path }) => {
    const [, name = ''] = /^option\.([^.[]+)/.exec(path) ?? [];
    return Object.hasOwn(first, name) || Object.hasOwn(more, name);
  });
}

/** A request without a body has no format. */
function isAskedFor(type: string, name: string, { method }: Readonly<Record<string, unknown>>): boolean {
  if (type !== 'webhook_send' || !/^(body_type|data|data_type)$/.test(name)) return true;
  return typeof method === 'string' && withBody.has(method);
}
