/** What we read of a JSON schema. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly readOnly?: boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  /** Of actions: where the option names others, and whether the following one may come next. */
  readonly 'x-targets'?: readonly string[];
  readonly 'x-goes-on'?: 'always' | 'never' | 'unless-led';
  /** The variables that tell how it went, each with what it can be. */
  readonly 'x-results'?: Results;
}

export type Results = Readonly<Record<'success' | 'failure', Readonly<Record<string, string>>>>;

export type Components = Readonly<Record<string, Schema>>;

/** How a value is written by people. */
export type Kind =
  | { readonly kind: 'text'; readonly isLong: boolean }
  | { readonly kind: 'choice'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'number' }
  | { readonly kind: 'switch' }
  | {
      readonly kind: 'object';
      readonly properties: Readonly<Record<string, Schema>>;
      readonly required: readonly string[];
    }
  | { readonly kind: 'one-of'; readonly key: string; readonly forms: ReadonlyMap<string, Schema> }
  | { readonly kind: 'list'; readonly item: Schema }
  | { readonly kind: 'map'; readonly value: Schema }
  | { readonly kind: 'json' };

/** A field as a form needs it. */
export interface Form {
  readonly kind: Kind;
  readonly description: string;
  readonly fallback: unknown;
  readonly example: unknown;
  /** Whether a placeholder `${…}` may stand in its place. */
  readonly mayBePlaceholder: boolean;
  /** Whether `null` says that there is none. */
  readonly isNullable: boolean;
  readonly schema: Schema;
}

/** A choice of numbers is a list while it can be overlooked. */
const mostChoices = 10;
/** In characters: what may be longer has several lines. */
const longText = 1_000;

const isPlaceholder = ({ $ref }: Schema): boolean => $ref?.endsWith('/Placeholder') ?? false;

export function resolve(schema: Schema, components: Components): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : { ...components[name], ...without$ref(schema) };
}

function without$ref({ $ref: _, ...rest }: Schema): Schema {
  return rest;
}

/** How to ask for what a schema describes. What it has no better way for is asked for as JSON. */
export function formOf(given: Schema, components: Components): Form {
  const schema = resolve(given, components);
  const alternatives = flat(schema.anyOf ?? []).filter(
    ({ type, const: only }) => type !== 'null' && only !== '',
  );
  const others = alternatives.filter((each) => !isPlaceholder(each)).map((each) => resolve(each, components));
  const chosen = others.length === 1 ? { ...others[0], ...described(schema) } : schema;
  return {
    kind: others.length > 1 ? kindOfSeveral(others) : kindOf(chosen, components),
    description: schema.description ?? '',
    fallback: schema.default,
    example: schema.examples?.[0],
    mayBePlaceholder: alternatives.some(isPlaceholder),
    isNullable: (schema.anyOf ?? []).some(({ type }) => type === 'null'),
    schema: chosen,
  };
}

function flat(schemas: readonly Schema[]): readonly Schema[] {
  return schemas.flatMap((schema) => (schema.anyOf ? flat(schema.anyOf) : [schema]));
}

function described({ description, default: fallback, examples }: Schema): Schema {
  return {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    ...(examples && { examples }),
  };
}

/** Several that are all texts are a text; anything else is for whoever writes JSON. */
function kindOfSeveral(schemas: readonly Schema[]): Kind {
  return schemas.every(({ type }) => type === 'string') ? { kind: 'text', isLong: false } : { kind: 'json' };
}

function kindOf(schema: Schema, components: Components): Kind {
  if (schema.oneOf) return kindOfOne(schema.oneOf.map((form) => resolve(form, components)));
  if (schema.enum) return { kind: 'choice', values: schema.enum as readonly (string | number)[] };
  switch (schema.type) {
    case 'boolean':
      return { kind: 'switch' };
    case 'integer':
    case 'number':
      return kindOfNumber(schema);
    case 'string':
      return { kind: 'text', isLong: (schema.maxLength ?? 0) >= longText };
    case 'array':
      return schema.items ? kindOfList(resolve(schema.items, components)) : { kind: 'json' };
    case 'object':
      return kindOfObject(schema);
    default:
      return { kind: 'json' };
  }
}

function kindOfNumber({ minimum = 0, maximum = Number.MAX_VALUE }: Schema): Kind {
  if (maximum - minimum > mostChoices) return { kind: 'number' };
  const values = Array.from({ length: maximum - minimum + 1 }, (_, index) => minimum + index);
  return { kind: 'choice', values };
}

function kindOfList(item: Schema): Kind {
  const isOfActions = item.oneOf !== undefined && item.description?.startsWith('An action');
  return isOfActions ? { kind: 'json' } : { kind: 'list', item };
}

function kindOfObject({ properties, required = [], additionalProperties }: Schema): Kind {
  if (properties) return { kind: 'object', properties, required };
  return typeof additionalProperties === 'object'
    ? { kind: 'map', value: additionalProperties }
    : { kind: 'json' };
}

/** Objects that are told apart by a field with one value each. */
function kindOfOne(forms: readonly Schema[]): Kind {
  const [first] = forms;
  const key = Object.keys(first?.properties ?? {}).find((name) =>
    forms.every((form) => wordOf(form, name) !== undefined),
  );
  if (key === undefined) return { kind: 'json' };
  return { kind: 'one-of', key, forms: new Map(forms.map((form) => [wordOf(form, key) ?? '', form])) };
}

function wordOf({ properties }: Schema, key: string): string | undefined {
  const { const: only, enum: values } = properties?.[key] ?? {};
  const word = only ?? (values?.length === 1 ? values[0] : undefined);
  return typeof word === 'string' ? word : undefined;
}
