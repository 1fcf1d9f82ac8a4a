import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkActions, checkFlow } from '../../../src/flows/flow.ts';
import { type CallFixture, catalogue, givenCall, pass } from '../../support/call-fixture.ts';
import { FakeHttp } from '../../support/fake-http.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const mark = (letter: string, id = letter) => ({
  id,
  type: 'variable_set',
  option: { key: 'trace', value: `\${trace}${letter}` },
});
const event_url = 'https://flows.example.com/next';
const fetching = (option: Readonly<Record<string, unknown>> = {}) => ({
  id: 'fetch',
  type: 'fetch',
  option: { event_url, ...option },
});

/** What a flow that fetches did, in letters: `b` is behind the fetch, `e` where it fails. */
async function trace(given: CallFixture, option?: Readonly<Record<string, unknown>>): Promise<string> {
  const flow = given.run({ ...fetching(option), on_error_id: 'e' }, mark('b'), { type: 'stop' }, mark('e'));
  await pass(120_000);
  await flow.done;
  return flow.variable('trace');
}

describe('the request', () => {
  test('is a POST with the facts, and the variables the flow has set', async () => {
    const given = givenCall();
    given.http.reply({ body: [] });
    const flow = given.run(fetching(), mark('a'), { ...fetching({ event_method: 'POST' }), id: 'again' });
    await flow.done;
    const facts = {
      activeflow_id: flow.activeflow.id,
      reference_type: 'call',
      reference_id: given.call.id,
    };
    expect(given.http.requests.map(({ method, url }) => [method, url])).toEqual([
      ['POST', event_url],
      ['POST', event_url],
    ]);
    const bodies = given.http.requests.map(({ body }) => JSON.parse(String(body)) as unknown);
    expect(bodies).toEqual([facts, { ...facts, variables: { trace: 'a' } }]);
    expect(given.http.requests[0]?.headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(given.http.requests[0]?.maxRedirects ?? 0).toBe(0);
  });

  test.each([
    ['https://a.example/x', 'https://a.example/x?'],
    ['https://a.example/x?k=a%20b&s=1', 'https://a.example/x?k=a%20b&s=1&'],
    ['https://a.example#part', 'https://a.example?'],
  ])('of GET has them in its query: %s', async (url, start) => {
    const given = givenCall();
    given.http.reply({ body: [] });
    await given.run(fetching({ event_url: url, event_method: 'GET' })).done;
    const [request] = given.http.requests;
    expect(request?.url.startsWith(start)).toBe(true);
    expect(Object.fromEntries(new URL(request?.url ?? '').searchParams)).toMatchObject({
      activeflow_id: expect.any(String),
      reference_type: 'call',
      reference_id: given.call.id,
    });
    expect(request).toMatchObject({ method: 'GET', maxRedirects: 3 });
    expect(request?.body).toBeUndefined();
  });

  test('has the headers given, and none that would be two', async () => {
    const given = givenCall();
    given.http.reply({ body: [] });
    const header = (value: string) => fetching({ headers: [{ name: 'X-Key', value }] });
    await given.run(
      header('abc'),
      { type: 'variable_set', option: { key: 'evil', value: 'a\r\nX-Admin: 1' } },
      { ...header('${evil}'), id: 'second' },
    ).done;
    expect(given.http.requests.map(({ headers }) => headers?.['x-key'])).toEqual(['abc']);
    expect(given.failures).toEqual(['INVALID_REQUEST']);
  });

  test('percent-encodes values in its URL, but for a value that is all of it', async () => {
    const given = givenCall();
    given.http.reply({ body: [] });
    await given.run(
      { type: 'variable_set', option: { key: 'v', value: '../a?b=c&d e' } },
      { type: 'variable_set', option: { key: 'where', value: 'https://b.example/y?z=1' } },
      fetching({ event_url: 'https://a.example/${v}/x' }),
      { ...fetching({ event_url: '${where}' }), id: 'second' },
    ).done;
    expect(given.http.requests.map(({ url }) => url)).toEqual([
      'https://a.example/..%2Fa%3Fb%3Dc%26d%20e/x',
      'https://b.example/y?z=1',
    ]);
  });
});

describe('the reply', () => {
  test.each([
    ['an array', [mark('x'), mark('y')]],
    ['an object with actions', { version: 1, actions: [mark('x'), mark('y')] }],
  ])('may be %s: it is run, and the flow goes on', async (_, body) => {
    const given = givenCall();
    given.http.reply({ body });
    expect(await trace(given)).toBe('xyb');
    expect(given.failures).toEqual([]);
  });

  test('needs no ids, may be empty, and may fetch again', async () => {
    const given = givenCall();
    given.http.reply({ body: [{ ...mark('x'), id: undefined }, fetching()] }, { body: [] });
    expect(await trace(given)).toBe('xb');
  });

  test('may jump to actions around it', async () => {
    const given = givenCall();
    const jump = { type: 'goto', option: { target_id: 'c', loop_count: 1 } };
    given.http.reply({ body: [mark('x'), jump, mark('y')] });
    const flow = given.run(fetching(), mark('b'), mark('c'));
    await flow.done;
    expect(flow.variable('trace')).toBe('xc');
    expect(given.failures).toEqual([]);
  });

  test('is substituted when it runs, not when it comes', async () => {
    const given = givenCall({ from: '+4930' });
    given.http.reply({ body: [{ type: 'talk', option: { text: 'You are ${call.cli}' } }] });
    await given.run(fetching()).done;
    expect(given.speech.requests).toMatchObject([{ text: 'You are +4930' }]);
  });

  const deep = `[{"type":"answer","option":${'['.repeat(70)}${']'.repeat(70)}}]`;
  test.each([
    ['no JSON', '<html>', 'INVALID_RESPONSE'],
    ['nothing', '', 'INVALID_RESPONSE'],
    ['a text', '"stop"', 'INVALID_FLOW'],
    ['an object without actions', { flow: [] }, 'INVALID_FLOW'],
    ['an unknown type', [{ type: 'nonsense' }], 'INVALID_FLOW'],
    ['a wrong option', [{ type: 'sleep', option: { duration: 'long' } }], 'INVALID_FLOW'],
    ['a jump to nowhere', [{ type: 'goto', option: { target_id: 'zzz', loop_count: 1 } }], 'INVALID_FLOW'],
    ['an URL that is not allowed', [fetching({ event_url: 'http://10.0.0.1/' })], 'INVALID_FLOW'],
    ['too many actions', Array.from({ length: 1_001 }, () => ({ type: 'answer' })), 'INVALID_FLOW'],
    ['too much', `[${' '.repeat(262_143)}]`, 'INVALID_RESPONSE'],
    ['too deep', deep, 'INVALID_RESPONSE'],
  ])('of %s is a failure', async (_, body, code) => {
    const given = givenCall();
    given.http.reply({ body });
    expect(await trace(given)).toBe('e');
    expect(given.failures).toEqual([code]);
  });

  test('that is wrong in many ways is told of in full, but shortly', async () => {
    const given = givenCall();
    given.http.reply({ body: Array.from({ length: 500 }, () => ({ type: 'nonsense' })) });
    await trace(given);
    const [{ message = '' } = {}] = given.of('action_failed');
    expect(message).toContain('actions[0].type: unknown action type "nonsense"; actions[1].type');
    expect(message).toContain('and 480 more');
    expect(message.length).toBeLessThanOrEqual(2_000);
  });

  test.each(['__proto__', 'constructor', 'prototype'])('with %s changes nothing of ours', async (key) => {
    const given = givenCall();
    given.http.reply({
      body: `[{"type":"variable_set","option":{"key":"k","value":"v","${key}":{"polluted":1}},"${key}":{"polluted":1}}]`,
    });
    await trace(given);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('of 1 MiB within the limits of a flow does not come to be: so much is never read', async () => {
    const given = givenCall();
    given.http.reply({ body: [] });
    await trace(given);
    expect(given.http.requests[0]?.maxBytes).toBe(262_144);
  });
});

describe('without a good reply', () => {
  test.each([
    [{ status: 302 }, 'REDIRECTION'],
    [{ status: 404 }, 'CLIENT_ERROR'],
    [{ status: 500 }, 'SERVER_ERROR'],
    [{ failure: 'unreachable' }, 'UNREACHABLE'],
    [{ failure: 'blocked' }, 'INVALID_REQUEST'],
    [{ failure: 'invalid_request' }, 'INVALID_REQUEST'],
    [{ failure: 'invalid_reply' }, 'INVALID_RESPONSE'],
    [{ failure: 'too_large' }, 'INVALID_RESPONSE'],
  ] as const)('%j fails with %s, and the flow goes on', async (reply, code) => {
    const given = givenCall();
    given.http.reply(reply);
    expect(await trace(given)).toBe('e');
    expect(given.failures).toEqual([code]);
    expect(given.http.requests).toHaveLength(1);
  });

  test('it waits 10 s, or as long as `timeout` says', async () => {
    for (const [option, patience] of [
      [{}, 10_000],
      [{ timeout: 300 }, 300],
    ] as const) {
      const given = givenCall();
      given.http.reply({ delay: 3_600_000 });
      const flow = given.run(fetching(option));
      await pass(patience - 1);
      expect(given.failures).toEqual([]);
      await pass(1);
      expect(given.failures).toEqual(['TIMEOUT']);
      await flow.done;
    }
  });

  test.each([
    [{ failure: 'unreachable' }, 3],
    [{ status: 503 }, 3],
    [{ status: 429 }, 3],
    [{ status: 404 }, 1],
    [{ failure: 'blocked' }, 1],
    [{ body: 'no JSON' }, 1],
  ] as const)('%j is asked for %d times with two retries', async (reply, times) => {
    const given = givenCall();
    given.http.reply(reply);
    await trace(given, { retries: 2 });
    expect(given.http.requests).toHaveLength(times);
    expect(given.failures).toHaveLength(1);
  });

  test('a later try may succeed, after 200 ms and then 400', async () => {
    const given = givenCall();
    given.http.reply({ status: 500 }, { failure: 'unreachable' }, { body: [mark('x')] });
    const flow = given.run(fetching({ retries: 4 }));
    await pass(199);
    expect(given.http.requests).toHaveLength(1);
    await pass(1);
    expect(given.http.requests).toHaveLength(2);
    await pass(400);
    await flow.done;
    expect(flow.variable('trace')).toBe('x');
    expect(given.failures).toEqual([]);
  });

  test('all tries together take at most a minute', async () => {
    const given = givenCall();
    given.http.reply({ delay: 3_600_000 });
    const flow = given.run(fetching({ retries: 4, timeout: 25_000 }));
    await pass(60_000);
    expect(given.failures).toEqual(['TIMEOUT']);
    expect(given.http.requests).toHaveLength(3);
    await flow.done;
  });
});

test('the caller hangs up meanwhile: the request is given up, and nothing else happens', async () => {
  const given = givenCall();
  given.http.reply({ delay: 8_000, body: [mark('x')] });
  const flow = given.run(fetching({ retries: 4 }), mark('b'));
  await pass(3_000);
  given.hangup();
  await flow.done;
  expect(given.http.aborted).toBe(1);
  expect(flow.variable('trace')).toBe('');
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});

describe('the border', () => {
  const { port } = new FakeHttp();
  const check = (option: Readonly<Record<string, unknown>>) =>
    checkActions([fetching(option)], { catalogue, checkUrl: port.checkUrl }).problems;

  test('refuses an URL that leads where we do not go, unless it has a placeholder', () => {
    expect(check({ event_url: 'http://a.example/' })).toEqual([
      { path: 'actions[0].option.event_url', message: 'must be an https: URL' },
    ]);
    expect(check({ event_url: 'http://${host}/' })).toEqual([]);
    expect(checkFlow([fetching({ event_url: 'http://a.example/' })], catalogue).problems).toEqual([]);
  });

  test.each([
    [{ event_url: '' }, 'event_url'],
    [{ event_method: 'PUT' }, 'event_method'],
    [{ timeout: 60_001 }, 'timeout'],
    [{ timeout: 0 }, 'timeout'],
    [{ retries: 5 }, 'retries'],
    [{ headers: { a: 'b' } }, 'headers'],
    [{ headers: [{ name: 'a b' }] }, 'headers[0].name'],
    [{ headers: [{ name: 'a', value: 'b', odd: 1 }] }, 'headers[0].odd'],
  ])('refuses %j', (option, path) => {
    expect(check(option).map((problem) => problem.path)).toContain(`actions[0].option.${path}`);
  });
});
