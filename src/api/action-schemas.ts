import * as z from 'zod';
import { type Action, needsInWords, type ResultVariables } from '../flows/action.ts';
import { envelope } from '../flows/flow.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { knownVariables, type VariableName } from '../flows/variable-table.ts';
import { componentPath } from './components.ts';
import { type JsonSchema, keepExamples, mapChildren } from './json-schema.ts';

/** A schema for each type of action (`TalkAction`), and `Action`, which is any of them. */
export function actionSchemas(actions: ActionCatalogue): Record<string, JsonSchema> {
  const all = [...actions.values()];
  const mapping = Object.fromEntries(all.map(({ type }) => [type, componentPath(nameOf(type))]));
  return {
    Action: {
      description: 'An action of a flow: `type` says which one, and with that what its `option` may be',
      oneOf: Object.values(mapping).map(($ref) => ({ $ref })),
      discriminator: { propertyName: 'type', mapping },
      examples: all
        .filter(({ type }) => type === 'talk')
        .map(({ type, example }) => ({ type, option: example })),
    },
    Placeholder: {
      type: 'string',
      description: 'the value of a variable, looked up when the action runs',
      pattern: '\\$\\{[^}]{1,128}\\}',
      examples: ['${voipbin.call.digits}'],
    },
    ...Object.fromEntries(all.map((action) => [nameOf(action.type), schemaOf(action)])),
  };
}

/** `digits_receive` → `DigitsReceiveAction` */
function nameOf(type: string): string {
  const words = type.split('_').map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return `${words.join('')}Action`;
}

function schemaOf(action: Action): JsonSchema {
  const { type, summary, needs, option, nested, targets, results, example } = action;
  const isNeeded = !option.safeParse({}).success;
  const whole = envelope.extend({
    type: z.literal(type).meta({ description: 'what it does' }),
    option: (isNeeded ? option : option.optional()).meta({
      description: 'how it does it',
      examples: [example],
    }),
  });
  // As zod documents it: JSON Schema of the draft that OpenAPI 3.1 uses.
  const { $schema: _, ...schema } = z.toJSONSchema(whole, {
    io: 'input',
    unrepresentable: 'any',
    override: keepExamples,
  }) as JsonSchema & {
    $schema?: string;
  };
  const { option: written = {}, ...rest } = schema.properties ?? {};
  const { id, next_id, type: kind, ...others } = rest;
  const properties = {
    ...(id && { id }),
    ...(next_id && { next_id }),
    ...(kind && { type: kind }),
    option: withLists(orPlaceholder(written), nested),
    ...others,
  };
  const description = `${summary} ${needsInWords[needs]}`;
  // For whoever draws flows; JSON Schema has no words for it.
  const ways = { ...(targets.length > 0 && { 'x-targets': targets }), 'x-goes-on': goingOn(action) };
  const told = results && { 'x-results': inWords(results) };
  return { ...schema, description, properties, ...ways, ...told, examples: [{ type, option: example }] };
}

/** The variables of each outcome, with what they can be. */
function inWords({ success, failure }: ResultVariables) {
  const words = (names: readonly VariableName[]) =>
    Object.fromEntries(names.map((name) => [name, knownVariables.get(name)?.text ?? '']));
  return { success: words(success), failure: words(failure) };
}

/** Whether the following action may come next: always, never, or unless all its targets say where else. */
function goingOn({ targets, goesOn }: Action): 'always' | 'never' | 'unless-led' {
  const led = Object.fromEntries(targets.map((target) => [target.split('.')[0], 'elsewhere']));
  if (goesOn({ ...led, sync: true })) return 'always';
  return goesOn({}) || goesOn({ ...led, loop_count: 1 }) ? 'unless-led' : 'never';
}

/** Lists of actions inside an option are made of actions. */
function withLists(option: JsonSchema, nested: readonly string[]): JsonSchema {
  const lists = nested.map((key) => [
    key,
    { ...option.properties?.[key], items: { $ref: componentPath('Action') } },
  ]);
  return { ...option, properties: { ...option.properties, ...Object.fromEntries(lists) } };
}

/** What is more than text may be written as a placeholder too. */
function orPlaceholder(schema: JsonSchema): JsonSchema {
  const placeholder = { $ref: componentPath('Placeholder') };
  const isLeaf = !(schema.type === 'object' || schema.items || schema.oneOf || schema.anyOf);
  if (!isLeaf) return mapChildren(schema, orPlaceholder);
  const { description, default: missing, examples, ...kind } = schema;
  const isText = kind.type === 'string' && !kind.enum && !kind.pattern && !kind.format;
  if (isText || kind.const !== undefined || !kind.type) return schema;
  return {
    ...(description !== undefined && { description }),
    ...(missing !== undefined && { default: missing }),
    ...(examples && { examples }),
    anyOf: [kind, placeholder],
  };
}
