/** A schema as the OpenAPI document has it. */
export interface Described {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly Described[];
  readonly [keyword: string]: unknown;
}

export interface Field {
  /** `Call.hangup_cause`, for people. */
  readonly where: string;
  /** Where the document has its schema. */
  readonly pointer: string;
  readonly name: string;
  /** With what it refers to. */
  readonly schema: Described;
}

interface Node {
  readonly where: string;
  readonly pointer: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever is there.
type Document = any;

const children = ['items', 'additionalProperties', 'not'] as const;
const lists = ['anyOf', 'oneOf', 'allOf'] as const;

/** Every property and every parameter of a document, wherever it stands. */
export function describedFields(document: Document): Field[] {
  const fields: Field[] = [];
  const visit = (schema: Described, { where, pointer }: Node): void => {
    for (const [name, child] of Object.entries((schema.properties ?? {}) as Record<string, Described>)) {
      const node = { where: `${where}.${name}`, pointer: `${pointer}/properties/${name}` };
      fields.push({ ...node, name, schema: resolved(document, child) });
      visit(child, node);
    }
    for (const key of children) {
      const child = schema[key];
      if (typeof child === 'object')
        visit(child as Described, { where: `${where}[]`, pointer: `${pointer}/${key}` });
    }
    for (const key of lists)
      for (const [index, child] of ((schema[key] ?? []) as Described[]).entries())
        visit(child, { where: `${where}|${index}`, pointer: `${pointer}/${key}/${index}` });
  };
  for (const [name, schema] of Object.entries<Described>(document.components.schemas))
    visit(schema, { where: name, pointer: `/components/schemas/${name}` });
  for (const { where, pointer, operation } of [...operationsOf(document), ...eventsOf(document)]) {
    for (const [index, { name, description, example, schema }] of (operation.parameters ?? []).entries()) {
      const field = { where: `${where}?${name}`, pointer: `${pointer}/parameters/${index}/schema`, name };
      const examples = schema.examples ?? (example === undefined ? undefined : [example]);
      fields.push({ ...field, schema: { ...schema, description, examples } });
    }
    const bodies = { requestBody: operation.requestBody, ...prefixed('responses', operation.responses) };
    for (const [place, body] of Object.entries<Document>(bodies))
      for (const [type, { schema }] of Object.entries<Document>(body?.content ?? {}))
        visit(schema, { where, pointer: `${pointer}/${place}/content/${escaped(type)}/schema` });
  }
  return fields;
}

export interface OperationAt extends Node {
  readonly operation: Document;
}

export function operationsOf(document: Document): OperationAt[] {
  return Object.entries<Document>(document.paths).flatMap(([path, verbs]) =>
    Object.entries<Document>(verbs).map(([verb, operation]) => ({
      where: `${verb.toUpperCase()} ${path}`,
      pointer: `/paths/${escaped(path)}/${verb}`,
      operation,
    })),
  );
}

/** What webhooks get. */
function eventsOf(document: Document): OperationAt[] {
  return Object.entries<Document>(document.webhooks).map(([type, { post }]) => ({
    where: type,
    pointer: `/webhooks/${type}/post`,
    operation: post,
  }));
}

/** What a reference leads to; what stands beside it counts first. */
function resolved(document: Document, schema: Described): Described {
  if (!schema.$ref) return schema;
  const { $ref, ...beside } = schema;
  return { ...document.components.schemas[$ref.split('/').at(-1) ?? ''], ...beside };
}

function prefixed(prefix: string, object: object): object {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [`${prefix}/${key}`, value]));
}

/** As a part of a JSON pointer. */
function escaped(text: string): string {
  return text.replaceAll('~', '~0').replaceAll('/', '~1');
}
