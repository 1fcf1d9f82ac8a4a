import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { catalogue } from '../../support/call-fixture.ts';
import { type Described, describedFields, operationsOf } from '../../support/described-fields.ts';
import { givenApi } from '../../support/store-api.ts';

const document = await openApi();
const fields = describedFields(document);

async function openApi() {
  await using api = await givenApi();
  const { body } = await api.send({ method: 'GET', url: '/openapi.json' });
  return body;
}

function validator() {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  return ajv;
}

test('the document is OpenAPI 3.1', () => {
  const official = readFileSync(join(import.meta.dirname, '../../support/openapi-3.1.json'), 'utf8');
  const isValid = validator().compile(JSON.parse(official));
  isValid(document);
  expect(isValid.errors ?? []).toEqual([]);
});

test('every operation has an id of its own, a summary, and a section that says what it is', () => {
  const operations = operationsOf(document);
  expect(operations.length).toBeGreaterThan(80);
  const sections = new Map(document.tags.map(({ name, description }: Described) => [name, description]));
  for (const { where, operation } of operations) {
    expect(operation.operationId ?? '', where).toMatch(/^[a-z][A-Za-z]+$/);
    expect(operation.summary, where).toMatch(/\w/);
    for (const tag of operation.tags) expect(sections.get(tag), `${where} ${tag}`).toMatch(/\w/);
    for (const answer of Object.values<Described>(operation.responses))
      expect(answer.description, where).not.toBe('Default Response');
  }
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every property and every parameter is described, and has an example', () => {
  expect(fields.length).toBeGreaterThan(500);
  const bare = fields.filter(({ schema }) => !/\w/.test(schema.description ?? ''));
  expect(bare.map(({ where }) => where)).toEqual([]);
  const without = fields.filter(({ schema }) => !schema.examples?.length);
  expect(without.map(({ where }) => where)).toEqual([]);
});

/** What a number counts. */
const unit =
  /\b(milliseconds|seconds|minutes|hours|pixels|bytes|characters|how (many|often)|HTTP status|SIP response|Q\.850|amplitude)\b/;
/** Numbers that count nothing. */
const pure = [
  'confidence',
  'seed',
  'local_port',
  'permission',
  'priority',
  'value_number',
  'order',
  'revision',
  'flow_revision',
  'step',
  'minute',
  'hour',
  'day',
  'month',
];

function isNumber({ type, anyOf = [] }: Described): boolean {
  return type === 'integer' || type === 'number' || anyOf.some(isNumber);
}

test('every number says its unit, and every time that it is UTC', () => {
  const numbers = fields.filter(({ schema }) => isNumber(schema));
  expect(numbers.length).toBeGreaterThan(60);
  const unclear = numbers.filter(
    ({ name, schema }) => !pure.includes(name) && !unit.test(schema.description ?? ''),
  );
  expect(unclear.map(({ where, schema }) => `${where}: ${schema.description}`)).toEqual([]);
  const times = fields.filter(({ name }) => /^(tm_\w+|since|until|expires)$/.test(name));
  expect(times.length).toBeGreaterThan(40);
  for (const { where, schema } of times)
    expect(schema.description, where).toMatch(/UTC|accepted and dropped/);
});

test('every example, and every default, satisfies the schema it stands in', () => {
  const ajv = validator();
  ajv.addSchema(document, 'api');
  // The same field stands in many operations.
  const distinct = new Map(fields.map((field) => [JSON.stringify(field.schema), field])).values().toArray();
  const wrong = distinct.flatMap(({ where, pointer, schema }) => {
    const isValid = ajv.compile({ $ref: `api#${encodeURI(pointer)}` });
    const values = [...(schema.examples ?? []), ...('default' in schema ? [schema.default] : [])];
    return values.flatMap((value) =>
      isValid(value) ? [] : [`${where} ${JSON.stringify(value)}: ${ajv.errorsText(isValid.errors)}`],
    );
  });
  expect(wrong).toEqual([]);
});

test('every component has an example that satisfies it', () => {
  const ajv = validator();
  ajv.addSchema(document, 'api');
  for (const [name, { examples = [] }] of Object.entries<Described>(document.components.schemas)) {
    const isValid = ajv.compile({ $ref: `api#/components/schemas/${name}` });
    expect(examples.length, name).toBeGreaterThan(0);
    for (const example of examples) {
      isValid(example);
      expect(isValid.errors ?? [], `${name} ${JSON.stringify(example)}`).toEqual([]);
    }
  }
});

test('every body that can be sent has an example that satisfies it, without what is read only', () => {
  const ajv = validator();
  ajv.addSchema(document, 'api');
  // A file has no example.
  const bodies = operationsOf(document).filter(
    ({ operation }) => operation.requestBody && !('audio/wav' in operation.requestBody.content),
  );
  expect(bodies.length).toBeGreaterThan(30);
  for (const { where, pointer, operation } of bodies) {
    const { schema } = operation.requestBody.content['application/json'];
    const isValid = ajv.compile({
      $ref: `api#${encodeURI(pointer)}/requestBody/content/application~1json/schema`,
    });
    const [example] = schema.examples ?? schema.anyOf?.[0].examples ?? [];
    expect(example, where).toBeTypeOf('object');
    isValid(example);
    expect(isValid.errors ?? [], `${where} ${JSON.stringify(example)}`).toEqual([]);
    for (const key of Object.keys(example))
      expect(schema.properties?.[key]?.readOnly, `${where} ${key}`).toBeFalsy();
  }
});

test('a body that may be missing is not said to be needed', () => {
  const isNeeded = (path: string, verb = 'post'): boolean =>
    document.paths[`/v1.0/${path}`][verb].requestBody.required;
  expect(isNeeded('calls')).toBe(true);
  expect(isNeeded('calls/{id}/talk')).toBe(true);
  expect(isNeeded('calls/{id}/mute', 'delete')).toBe(false);
  expect(isNeeded('confbridges')).toBe(false);
});

test('no component is there that nothing refers to', () => {
  const text = JSON.stringify(document);
  for (const name of Object.keys(document.components.schemas))
    expect(text, name).toContain(`"#/components/schemas/${name}"`);
  expect(Object.keys(document.components.schemas).filter((name) => name.endsWith('Input'))).toEqual([]);
});

test('an action is one of those there are, told apart by its type, also inside another', () => {
  const { schemas } = document.components;
  const { oneOf, discriminator } = schemas.Action;
  expect(Object.keys(discriminator.mapping)).toEqual([...catalogue.keys()]);
  expect(oneOf.map(({ $ref }: Described) => $ref)).toEqual(Object.values(discriminator.mapping));
  expect(schemas.CallAction.properties.option.properties.actions.items.$ref).toBe(
    '#/components/schemas/Action',
  );
  const ajv = validator();
  ajv.addSchema(document, 'api');
  const isAction = ajv.compile({ $ref: 'api#/components/schemas/Action' });
  const nested = (duration: unknown) => ({
    type: 'call',
    option: {
      source: { type: 'tel', target: '1' },
      destinations: [{ type: 'tel', target: '2' }],
      actions: [{ type: 'sleep', option: { duration } }],
    },
  });
  expect(isAction(nested(1_000))).toBe(true);
  expect(isAction(nested('${pause}'))).toBe(true);
  expect(isAction(nested('long'))).toBe(false);
  expect(isAction({ type: 'dance' })).toBe(false);
  expect(isAction({ type: 'talk', option: { text: 'x', loudness: 3 } })).toBe(false);
});

test('what is called an action is one wherever flows are sent and shown', () => {
  const lists = fields.filter(
    ({ name, where, schema }) =>
      name === 'actions' && schema.type !== 'object' && !where.startsWith('POST /v1.0/flows/validate'),
  );
  expect(lists.length).toBeGreaterThan(5);
  for (const { where, schema } of lists)
    expect(schema.items, where).toEqual({ $ref: '#/components/schemas/Action' });
});
