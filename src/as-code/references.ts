import { derivedUuid } from '../core/derived-uuid.ts';
import { type Kind, kindOf, kindPointedTo } from './kinds.ts';
import { type Fields, isFields, isId } from './values.ts';

/** A name, or an id, that a field has where it points to something. */
export interface Reference {
  readonly kind: Kind;
  readonly text: string;
  /** `actions[3].option.queue_id` */
  readonly path: string;
}

/** The same resource, with what stands where it points to something changed. */
export function mapReferences(fields: Fields, change: (reference: Reference) => string): Fields {
  return inFields(fields, '', change);
}

function inFields(fields: Fields, at: string, change: (reference: Reference) => string): Fields {
  const entries = Object.entries(fields).map(([key, value]): [string, unknown] => {
    const path = at === '' ? key : `${at}.${key}`;
    if (key === 'actions') return [key, inActions(value, path, change)];
    if (parties.has(key)) return [key, inParties(value, path, change)];
    const kind = kindPointedTo(key);
    return [key, kind ? mapTexts(value, path, (text, where) => changed(kind, text, where, change)) : value];
  });
  return Object.fromEntries(entries);
}

/** Who calls and who is called. */
const parties = new Set(['source', 'destination', 'destinations', 'addresses']);

/** An agent among them may be called by his name. */
function inParties(value: unknown, at: string, change: (reference: Reference) => string): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown, index) => inParties(item, `${at}[${index}]`, change));
  const agent = kindOf('agents');
  if (!agent || !isFields(value) || value.type !== 'agent' || typeof value.target !== 'string') return value;
  return { ...value, target: changed(agent, value.target, `${at}.target`, change) };
}

/** Of an action only its option points somewhere, and lists of actions in it. What is in its data is the user's. */
function inActions(actions: unknown, at: string, change: (reference: Reference) => string): unknown {
  if (!Array.isArray(actions)) return actions;
  return actions.map((action: unknown, index) =>
    isFields(action) && isFields(action.option)
      ? { ...action, option: inFields(action.option, `${at}[${index}].option`, change) }
      : action,
  );
}

function changed(kind: Kind, text: string, path: string, change: (reference: Reference) => string): string {
  return text === '' || text.includes('${') ? text : change({ kind, text, path });
}

function mapTexts(value: unknown, at: string, change: (text: string, path: string) => string): unknown {
  if (typeof value === 'string') return change(value, at);
  if (!Array.isArray(value)) return value;
  return value.map((item: unknown, index) =>
    typeof item === 'string' ? change(item, `${at}[${index}]`) : item,
  );
}

/** Tags are ids that mean nothing but themselves: of a word an id is made, the same each time. */
export function withTags(fields: Fields): Fields {
  if (!('tag_ids' in fields)) return fields;
  const tagOf = (text: string): string => (isId(text) ? text.toLowerCase() : derivedUuid('tag', text));
  return { ...fields, tag_ids: mapTexts(fields.tag_ids, 'tag_ids', tagOf) };
}
