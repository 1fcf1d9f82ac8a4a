import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignmentsOf } from '../../../../src/flows/reading/assignments.ts';
import { mapReply } from '../../../../src/flows/reading/map-reply.ts';
import { WebhookFailure } from '../../../../src/flows/reading/webhook-failure.ts';

type Type = 'json' | 'xml';

function mapped(
  text: string,
  map: Readonly<Record<string, string>>,
  type: Type = 'json',
): Record<string, string> {
  const list = Object.entries(map).map(([variable, path]) => ({ variable, path, mandatory: false }));
  return Object.fromEntries(mapReply(text, { type, map: list }));
}

function reasonOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    return error instanceof WebhookFailure ? error.reason : String(error);
  }
}

describe('Phonon’s example', () => {
  const reply = JSON.stringify({
    person: {
      name: 'John Scurry',
      children: ['Jenny Scurry', 'James Scurry'],
      parent: [{ name: 'Dr. Johnny Scurry' }],
    },
  });

  test.each([
    ['data.person.name', { x: 'John Scurry' }],
    ['$.person.name', { x: 'John Scurry' }],
    ['data.person.children', { x_1: 'Jenny Scurry', x_2: 'James Scurry', x_size: '2' }],
    ['data.person.parent[0].name', { x: 'Dr. Johnny Scurry' }],
    ['data.person.parent[0]', { x: '{"name":"Dr. Johnny Scurry"}' }],
    ['data.person["name"]', { x: 'John Scurry' }],
    ['data', { x: reply }],
    ['data.person.nobody', {}],
    ['$..name', { x_1: 'John Scurry', x_2: 'Dr. Johnny Scurry', x_size: '2' }],
  ])('%s', (path, expected) => {
    expect(mapped(reply, { x: path })).toEqual(expected);
  });

  test('`data[0]` is the first of a reply that is a list', () => {
    expect(mapped('[{"data":1},2]', { x: 'data[0].data', y: 'data[1]', z: 'data' })).toEqual({
      x: '1',
      y: '2',
      z_1: '{"data":1}',
      z_2: '2',
      z_size: '2',
    });
  });
});

describe('what a value becomes', () => {
  test.each([
    ['a', [['x', 'a']]],
    [1.5, [['x', '1.5']]],
    [false, [['x', 'false']]],
    [null, []],
    [undefined, []],
    [{ a: [1] }, [['x', '{"a":[1]}']]],
    [[], [['x_size', '0']]],
    [
      [null, [1]],
      [
        ['x_2', '[1]'],
        ['x_size', '2'],
      ],
    ],
  ])('%j', (value, expected) => {
    expect(assignmentsOf('x', value)).toEqual(expected);
  });

  test('of a long list are 20 items and its real length', () => {
    const set = assignmentsOf(
      'x',
      Array.from({ length: 100_000 }, (_, index) => index),
    );
    expect(set).toHaveLength(21);
    expect(set.at(19)).toEqual(['x_20', '19']);
    expect(set.at(20)).toEqual(['x_size', '100000']);
  });
});

describe('a number', () => {
  const reply =
    '{"id":12345678901234567890,"price":1.10,"tiny":0.0000001,"e":1E3,"zero":-0,"plain":42,"in":{"list":[1.10,2.0],"n":10000000000000001},"list":[{"p":1.50},{"p":0.5}],"text":"1.10"}';

  test('stays as it is written, also inside what becomes JSON text', () => {
    expect(
      mapped(reply, {
        id: '$.id',
        price: 'data.price',
        tiny: '$.tiny',
        e: '$.e',
        zero: '$.zero',
        plain: '$.plain',
        in: '$.in',
        l: 'data.in.list',
        text: '$.text',
      }),
    ).toEqual({
      id: '12345678901234567890',
      price: '1.10',
      tiny: '0.0000001',
      e: '1E3',
      zero: '-0',
      plain: '42',
      in: '{"list":[1.10,2.0],"n":10000000000000001}',
      l_1: '1.10',
      l_2: '2.0',
      l_size: '2',
      text: '1.10',
    });
    expect(mapped(reply, { all: 'data' }).all).toBe(reply);
  });

  test('is compared as a number', () => {
    expect(mapped(reply, { p: '$.list[?@.p > 1].p' })).toEqual({ p_1: '1.50', p_size: '1' });
  });

  test('stays so in the fields of a reply without a map', () => {
    expect(Object.fromEntries(mapReply(reply, undefined))).toMatchObject({
      id: '12345678901234567890',
      price: '1.10',
      'in.n': '10000000000000001',
      'in.list_2': '2.0',
      list_1: '{"p":1.50}',
    });
  });

  test('whatever it is, and wherever, is the text it was', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/);
    fc.assert(
      fc.property(digits, (number) => {
        const found = mapped(`{"a":${number},"o":{"b":[${number}]}}`, { a: '$.a', o: '$.o' });
        expect(found).toEqual({ a: number, o: `{"b":[${number}]}` });
      }),
    );
  });
});

describe('XML of a SOAP server', () => {
  const reply =
    '\r\n<?xml version="1.0"?><soap:Envelope xmlns:soap="urn:soap"><soap:Body><m:GetResponse xmlns:m="urn:m"><m:name m:id="1">Bob</m:name><other xmlns="urn:o">x</other></m:GetResponse></soap:Body></soap:Envelope>';

  test.each([
    ['/Envelope/Body/GetResponse/name', { x: 'Bob' }],
    ['//m:name', { x: 'Bob' }],
    ['/soap:Envelope/soap:Body/m:GetResponse/m:name', { x: 'Bob' }],
    ['//name/@id', { x: '1' }],
    ['//m:name/@m:id', { x: '1' }],
    ['//*[name()="m:name"]', { x: 'Bob' }],
    ['//*[local-name()="name"]', { x: 'Bob' }],
    ['//other', { x: 'x' }],
    ['//m:other', {}],
    ['//q:name', {}],
  ])('%s', (path, expected) => {
    expect(mapped(reply, { x: path }, 'xml')).toEqual(expected);
  });
});

describe('XML', () => {
  const reply =
    '<?xml version="1.0"?><r xmlns="urn:crm"><person id="7"><name>A &lt; B</name><phone>1</phone><phone>2</phone></person></r>';

  test.each([
    ['/r/person/name', { x: 'A < B' }],
    ['/r/person/@id', { x: '7' }],
    ['//phone', { x_1: '1', x_2: '2', x_size: '2' }],
    ['string(//phone[2])', { x: '2' }],
    ['count(//phone)', { x: '2' }],
    ['/r/nobody', {}],
  ])('%s', (path, expected) => {
    expect(mapped(reply, { x: path }, 'xml')).toEqual(expected);
  });

  test.each([
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
    '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r>&b;</r>',
    '<r',
    '{}',
    '',
    '<r/><r/>',
    '<r>&#xD800;</r>',
    '<r a="&#57343;"/>',
    '<r>&#x110000;</r>',
  ])('%s is none that we read', (text) => {
    expect(reasonOf(() => mapped(text, { x: '/r' }, 'xml'))).toBe('INVALID_RESPONSE');
  });

  test('of thousands of elements is read in a moment', () => {
    const text = `<r>${'<a>x</a>'.repeat(5_000)}</r>`;
    expect(mapped(text, { x: '//a', y: '/r/a[5000]' }, 'xml')).toMatchObject({ x_size: '5000', y: 'x' });
  });
});

describe('without a map a JSON object sets its own fields', () => {
  const own = (value: unknown) => Object.fromEntries(mapReply(JSON.stringify(value), undefined));

  test('by their dot paths', () => {
    expect(
      own({ a: 1, b: { c: { d: true }, e: null }, f: [1, { g: 2 }], flow: { key: { x: 'y' } } }),
    ).toEqual({
      a: '1',
      'b.c.d': 'true',
      f_1: '1',
      f_2: '{"g":2}',
      f_size: '2',
      'flow.key.x': 'y',
    });
  });

  test('but none of ours, of the call or of the user', () => {
    expect(
      own({
        voipbin: { call: { id: 1 } },
        'voipbin.x': 1,
        'Voipbin.y': 1,
        call: { cli: 1 },
        user: { key: { x: 1 } },
      }),
    ).toEqual({});
  });

  test('and not under names that are none', () => {
    expect(own({ '': 1, 'a}b': 1, ['x'.repeat(129)]: 1, ok: 1 })).toEqual({ ok: '1' });
  });

  test.each(['[1]', '"x"', '7', 'null', 'text', ''])('%s has none', (text) => {
    expect(mapReply(text, undefined)).toEqual([]);
  });
});

describe('a path', () => {
  test.each([
    'a.b',
    'data.',
    '$[',
    '$[(@.length-1)]',
    '$[?search(@.a, "(a+)+$")]',
    '$[?match(@, "a")]',
    'data.a b',
  ])('%s is none', (path) => {
    expect(reasonOf(() => mapped('{}', { x: path }))).toBe('INVALID_RESPONSE_MAP');
  });

  test.each([
    '$.constructor',
    '$.__proto__',
    '$["constructor"]["constructor"]',
    'data.toString',
    '$.x.length',
  ])('%s finds nothing that is not in the reply', (path) => {
    expect(mapped('{"x": []}', { x: path })).toEqual({});
  });
});

test.each(['"\\ud800"', '{"a":["x\\uDFFFy"]}', '{"\\ud83d":1.10}', '["\\ude00\\ud83d"]'])(
  'half a character, %s, is no text',
  (text) => {
    expect(reasonOf(() => mapped(text, { x: '$.a' }))).toBe('INVALID_RESPONSE');
    expect(mapReply(text, undefined)).toEqual([]);
  },
);

test.each([
  ['"\\ud83d\\ude00"', '😀'],
  ['"\\\\ud800"', '\\ud800'],
  ['"\\\\\\ud83d\\ude00"', '\\😀'],
])('a whole one by escapes, %s, is one', (text, expected) => {
  expect(mapped(`{"a":${text}}`, { x: '$.a' })).toEqual({ x: expected });
});

test.each([
  ['json', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['json', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
] as const)('a %s reply nested too deeply is none', (type, text) => {
  expect(reasonOf(() => mapped(text, { x: 'data' }, type))).toBe('INVALID_RESPONSE');
  expect(mapReply(text, undefined)).toEqual([]);
});

test('no reply sets what is not its to set, changes what objects have, or throws anything else', () => {
  const names = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'voipbin', 'call', 'user', 'a'),
    fc.string(),
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true }),
      fc.string(),
      fc.array(tie('value'), { maxLength: 25 }),
      fc.dictionary(names, tie('value'), { maxKeys: 6 }),
    ),
  })).value;
  const paths = fc.oneof(
    fc.constantFrom('data', '$..*', 'data.a', '$.__proto__', 'data[0]', '$[*]'),
    fc.string(),
  );
  fc.assert(
    fc.property(json, paths, (value, path) => {
      const text = JSON.stringify(value);
      for (const [name, set] of mapReply(text, undefined)) {
        expect(name).not.toMatch(/^(voipbin|call|user)\./i);
        expect(typeof set).toBe('string');
      }
      try {
        const set = mapReply(text, { type: 'json', map: [{ variable: 'x', path, mandatory: false }] });
        expect(set.length).toBeLessThanOrEqual(21);
        for (const [name] of set) expect(name).toMatch(/^x(_\d+|_size)?$/);
      } catch (error) {
        expect(error).toMatchObject({ reason: 'INVALID_RESPONSE_MAP' });
      }
    }),
    { numRuns: 300 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).a).toBeUndefined();
});
