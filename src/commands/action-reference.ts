import * as z from 'zod';
import { actionCodes, type CodeMeaning } from '../core/action-codes.ts';
import { errorStatus } from '../core/error-reasons.ts';
import { type Action, needsInWords } from '../flows/action.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { code } from './markdown.ts';

const head = `# Actions

<!-- Written by \`npm run docs\` from src/actions; a test compares the two. -->

A flow is a list of actions, each \`{id?, next_id?, type, option?, on_error_id?}\`:

- \`id\`: 1-64 characters of \`A-Z a-z 0-9 _ . -\`, unique in its list; a UUID is made where it is missing.
- \`next_id\`: the action to go on with instead of the following one. Missing, empty or the zero UUID: the following one.
- \`on_error_id\`: the action to go on with if this one fails. Without it a failure is logged, told by the event
  \`action_failed\` and in \`voipbin.action.error.type\`, \`.id\`, \`.code\` and \`.message\`, and the flow goes on:
  [why an action fails](#why-an-action-fails).
- \`\${name}\` in any text of \`option\` is replaced by the value of a variable when the action runs, once: what a value says is not
  read again. Unknown names are empty; [variables](variables.md) says which there are. A text that is exactly one placeholder may stand for a number or a boolean.
- What a caller is to hear (\`talk\`, \`play\`, \`beep\`, \`talk\` and \`play\` of the API) is heard one after the other, in the order it
  was asked for; ringing and music come behind it, and so does the answer of a call that hears something before it.
- Whoever has answered is heard at once. Where a call comes together with somebody (\`connect\`, an agent of a queue, a confbridge,
  a transfer, early media, its own \`echo\`), and where it is taken out of that, what plays on it is stopped, and what was still to
  be played is dropped. So it is where another flow takes the call, by redirect or transfer, and where the dialplan does.
- Durations are milliseconds unless they say otherwise. An unknown key is an error.
- A flow ends that runs more than 500 actions without a second of waiting, or more than 10 000 in all (\`loop_detected\`).
`;

const codesHead = `## Why an action fails

\`action_failed\` and \`voipbin.action.error.code\` have one of these codes. \`later\` says that the same may succeed a while later
without anybody changing it. A request of the API that fails for such a reason is answered with the status, 400 where none is given.

| code | when | later | status |
| --- | --- | --- | --- |
`;

/** `docs/actions.md`: every action there is, with its options, and why it can fail. */
export function actionReference(catalogue: ActionCatalogue): string {
  const codes = Object.entries<CodeMeaning>(actionCodes).map(codeLine);
  return `${[head, ...[...catalogue.values()].map(describe)].join('\n')}\n${codesHead}${codes.join('\n')}\n`;
}

function codeLine([name, { meaning, reason, isPassing }]: readonly [string, CodeMeaning]): string {
  return `| ${code(name)} | ${meaning} | ${isPassing ? 'yes' : ''} | ${reason ? errorStatus[reason] : ''} |`;
}

function describe(action: Action): string {
  const schema = z.toJSONSchema(action.option, { io: 'input', unrepresentable: 'any' }) as Schema; // as zod documents it
  const rows = rowsOf(schema);
  const table = ['| option | values | default | meaning |', '| --- | --- | --- | --- |', ...rows.map(line)];
  const example = JSON.stringify(exampleOf(action), null, 2);
  return [
    `## \`${action.type}\``,
    '',
    `${action.summary} ${needsInWords[action.needs]}`,
    '',
    ...(rows.length > 0 ? [...table, ''] : []),
    '```json',
    example,
    '```',
    '',
  ].join('\n');
}

function exampleOf({ type, example }: Action): object {
  const isEmpty = typeof example === 'object' && example !== null && Object.keys(example).length === 0;
  return isEmpty ? { type } : { type, option: example };
}

/** The part of JSON Schema that our options come as. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Row {
  readonly key: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** One for each option, and for each field of what is inside it. */
function rowsOf({ properties = {}, required = [] }: Schema, prefix = ''): Row[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const key = `${prefix}${name}`;
    const own = { key, schema, isRequired: required.includes(name) };
    return [own, ...rowsOf(schema, `${key}.`), ...(schema.items ? rowsOf(schema.items, `${key}[].`) : [])];
  });
}

function line({ key, schema, isRequired }: Row): string {
  const value = schema.default;
  const missing = value === undefined ? (isRequired ? 'required' : '') : code(JSON.stringify(value));
  const cells = [code(key), valuesOf(schema), missing, schema.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function valuesOf(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(valuesOf))].join(' or ');
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(' ');
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  switch (schema.type) {
    case 'string':
      return ['text', range(schema.minLength, schema.maxLength, 'characters')].filter(Boolean).join(', ');
    case 'integer':
    case 'number':
      return [schema.type, range(schema.minimum ?? schema.exclusiveMinimum, schema.maximum)]
        .filter(Boolean)
        .join(' ');
    case 'array':
      return ['list', schema.items && `of ${valuesOf(schema.items)}`, range(schema.minItems, schema.maxItems)]
        .filter((text) => text)
        .join(' ');
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? `object of ${valuesOf(schema.additionalProperties)}`
        : 'object';
    default:
      return schema.type ?? 'any';
  }
}

/** Limits a reader can make use of: not those of the number type itself. */
function range(from: number | undefined, to: number | undefined, unit = ''): string {
  const min = from !== undefined && from > Number.MIN_SAFE_INTEGER ? from : undefined;
  const max = to !== undefined && to < Number.MAX_SAFE_INTEGER ? to : undefined;
  const suffix = unit === '' ? '' : ` ${unit}`;
  if (min !== undefined && max !== undefined) return `${min} to ${max}${suffix}`;
  if (max !== undefined) return `up to ${max}${suffix}`;
  return min ? `at least ${min}${suffix}` : '';
}
