import type { Schema } from '../lib/schema.ts';

type Properties = Readonly<Record<string, Schema>>;

/** What is asked for at once; of those without a line the first few of the schema. */
const asked: Readonly<Record<string, readonly string[]>> = {
  webhook_send: ['uri', 'method', 'body_type', 'data', 'retries', 'sync'],
  fetch: ['event_url', 'event_method'],
  talk: ['text', 'language'],
  menu: ['prompts', 'targets', 'no_input_target_id', 'no_match_target_id'],
};

const few = 5;

/** Methods whose requests have a body. What is put has a format as what is posted has: it is asked for with each of them. */
const withBody = new Set(['POST', 'PUT', 'PATCH']);

/** The fields of a form in two parts: what is asked for at once or was there when it was opened, and all else. */
export function fieldsOf(
  type: string,
  properties: Properties,
  required: readonly string[],
  option: Readonly<Record<string, unknown>>,
  before = option,
): { readonly first: Properties; readonly more: Properties } {
  const names = Object.keys(properties).filter((name) => isAskedFor(type, name, option));
  const wanted = new Set([...(asked[type] ?? names.slice(0, few)), ...required, ...Object.keys(before)]);
  const ordered = [...(asked[type] ?? []), ...names];
  const first = [...new Set(ordered)].filter((name) => names.includes(name) && wanted.has(name));
  const pick = (chosen: readonly string[]): Properties =>
    Object.fromEntries(
      chosen.flatMap((name) => (properties[name] ? [[name, properties[name]] as const] : [])),
    );
  return { first: pick(first), more: pick(names.filter((name) => !wanted.has(name))) };
}

/** A request without a body has no format. */
function isAskedFor(type: string, name: string, { method }: Readonly<Record<string, unknown>>): boolean {
  if (type !== 'webhook_send' || !/^(body_type|data|data_type)$/.test(name)) return true;
  return typeof method === 'string' && withBody.has(method);
}
