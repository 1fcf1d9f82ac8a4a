import { describe, expect, test } from 'vitest';
import { buildRequest } from '../../../src/flow-requests/build-request.ts';
import { webhookEscape } from '../../../src/flow-requests/format.ts';
import { webhookOption } from '../../../src/flow-requests/webhook-option.ts';
import { substitute } from '../../../src/flows/substitute.ts';
import type { BuiltRequest } from '../../../src/ports/http.ts';

type Json = Readonly<Record<string, unknown>>;

const uri = 'https://a.example/x';
const known = {
  set: { 'flow.key.a': '1', plain: 'p', 'user.key.n': 'Zoë', 'voipbin.action.error.code': 'no' },
  ofCall: { 'voipbin.call.id': 'c1', 'call.cli': '555' },
};

function build(given: Json, values: Readonly<Record<string, string>> = {}): BuiltRequest {
  const written = { uri, ...given };
  const lookUp = (name: string) => values[name] ?? '';
  const substituted = substitute(written, lookUp, (path) => webhookEscape(path, written)).option;
  const option = webhookOption.parse(substituted);
  const { method = 'POST' } = option;
  const target = {
    uri: option.uri,
    method: method === 'OPTION' ? 'OPTIONS' : method,
    auth: option.auth,
  } as const;
  return buildRequest(option, { target, written, lookUp, known });
}

const nasty = `"'<>&\\\n%=+ é`;

describe('a value stays a value', () => {
  test('in JSON', () => {
    const { body } = build({ data: '{"a": "${v}"}' }, { v: nasty });
    expect(JSON.parse(String(body))).toEqual({ a: nasty });
  });

  test('in XML', () => {
    const { body, headers } = build({ body_type: 'xml', data: '<a>${v}</a>' }, { v: nasty });
    expect(body).not.toMatch(/<a>.*<.*<\/a>/s);
    expect(headers?.['content-type']).toBe('application/xml');
  });

  test.each([
    [{ body_type: 'form', data: 'a=1&v=${v}' }],
    [{ body_type: 'form', data: '{"a": 1, "v": "${v}"}' }],
    [{ body_type: 'form', data: { a: 1, v: '${v}' } }],
    [{ data_type: 'application/x-www-form-urlencoded', data: 'a=1&v=${v}' }],
  ])('in a form: %j', (option) => {
    const { body, headers } = build(option, { v: nasty });
    expect(Object.fromEntries(new URLSearchParams(String(body)))).toEqual({ a: '1', v: nasty });
    expect(headers?.['content-type']).toBe('application/x-www-form-urlencoded');
  });

  test('in a URL and its query', () => {
    const query = [{ name: 'q', value: '${v}' }];
    const url = new URL(build({ uri: `${uri}/\${v}`, query }, { v: '../?a=b&c d' }).url);
    expect(url.pathname).toBe('/x/..%2F%3Fa%3Db%26c%20d');
    expect(url.searchParams.get('q')).toBe('../?a=b&c d');
  });

  test('in the parts of a multipart body', async () => {
    const { body, headers } = build(
      {
        data_type: 'multipart/form-data',
        data: '{"a\\"b": "${v}", "n": 1}',
        headers: [{ name: 'Content-Type', value: 'x/y' }],
      },
      { v: `--\r\n${nasty}` },
    );
    const form = await new Response(String(body), { headers: headers ?? {} }).formData();
    expect([...form]).toEqual([
      ['a"b', `--\r\n${nasty}`],
      ['n', '1'],
    ]);
  });
});

describe('the body', () => {
  test.each([
    [{}, undefined],
    [{ body_type: 'none', data: 'x' }, undefined],
    [{ data: 'x' }, 'x'],
    [{ body_type: 'raw', data_type: 'text/plain', data: 'x' }, 'x'],
    [{ data: { a: [1] } }, '{"a":[1]}'],
    [{ method: 'GET', data: 'x' }, 'x'],
  ])('of %j', (option, body) => {
    expect(build(option).body).toBe(body);
  });

  test.each([
    [{ data: 'x' }, 'application/json'],
    [{ data: 'x', body_type: 'json' }, 'application/json'],
    [{ data: 'x', body_type: 'json', data_type: 'application/vnd.x+json' }, 'application/vnd.x+json'],
    [{ data: 'x', data_type: 'text/plain' }, 'text/plain'],
    [{ data: 'x', headers: [{ name: 'Content-Type', value: 'a/b' }] }, 'a/b'],
    [{}, undefined],
  ])('of %j is %s', (option, type) => {
    expect(build(option).headers?.['content-type']).toBe(type);
  });
});

describe('parameters', () => {
  const call = { 'voipbin.call.id': 'c1', 'call.cli': '555' };
  const flow = { 'flow.key.a': '1', plain: 'p' };
  const user = { 'user.key.n': 'Zoë' };

  test('are all sent where a body is asked for and there is nothing in it', () => {
    expect(JSON.parse(String(build({ body_type: 'json' }).body))).toEqual({ call, flow, user });
    expect(build({ body_type: 'xml' }).body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><parameters><call><variable name="voipbin.call.id">c1</variable><variable name="call.cli">555</variable></call><flow><variable name="flow.key.a">1</variable><variable name="plain">p</variable></flow><user><variable name="user.key.n">Zoë</variable></user></parameters>',
    );
    expect([...new URLSearchParams(String(build({ body_type: 'form' }).body))]).toEqual(
      Object.entries({ ...call, ...flow, ...user }),
    );
  });

  test('are those named, beside what the author writes', () => {
    const { body } = build({ parameters: ['user'], data: '{"x": 1}' });
    expect(JSON.parse(String(body))).toEqual({ x: 1, user });
  });

  test('are query parameters where there is no body, or none they fit into', () => {
    const inQuery = (option: Json) => Object.fromEntries(new URL(build(option).url).searchParams);
    expect(inQuery({ method: 'GET', parameters: ['call'] })).toEqual(call);
    expect(inQuery({ method: 'DELETE', parameters: ['flow', 'user'] })).toEqual({ ...flow, ...user });
    expect(inQuery({ body_type: 'xml', data: '<a/>', parameters: ['user'] })).toEqual(user);
    expect(inQuery({ body_type: 'none', parameters: ['user'] })).toEqual(user);
  });

  test('are not sent where nobody asks for them', () => {
    expect(build({ data: '{}' })).toMatchObject({ url: uri, body: '{}' });
  });
});

test('credentials are what they are in UTF-8', () => {
  const { headers } = build({ auth: { type: 'basic', username: 'é', password: ':p' } });
  expect(headers?.authorization).toBe(`Basic ${Buffer.from('é::p').toString('base64')}`);
  expect(build({ auth: { type: 'bearer', token: '${t}' } }, { t: 'abc' }).headers?.authorization).toBe(
    'Bearer abc',
  );
});

test.each([
  [{ auth: { type: 'basic', username: '${v}' } }],
  [{ auth: { type: 'basic', username: 'u', password: '${v}' } }],
  [{ auth: { type: 'bearer', token: '${v}' } }],
  [{ headers: [{ name: 'X', value: '${v}' }] }],
])('%j with a line break is no request', (option) => {
  for (const v of ['a\nb', 'a\rb', 'a\0b'])
    expect(() => build(option, { v })).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }));
});

test('what is optional and has no value is left out', () => {
  const headers = [
    { name: 'X-A', value: 'Bearer ${none}' },
    { name: 'X-B', value: '${none}${some}' },
    { name: 'X-C', value: '' },
  ];
  const query = [{ name: 'a', value: '${none}' }];
  expect(build({ headers, query }, { some: 's' })).toMatchObject({ url: uri, headers: { 'x-b': 's' } });
  expect(build({ headers }).headers).toEqual({});
});
