import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkActions } from '../../../src/flows/flow.ts';
import { knownVariables } from '../../../src/flows/variable-table.ts';
import type { KnownWebhook } from '../../../src/ports/flow-requests.ts';
import { type CallFixture, catalogue, givenCall, pass } from '../../support/call-fixture.ts';
import type { FakeReply } from '../../support/fake-http.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const uri = 'https://crm.example.com/lookup';

const webhook_id = '4f176136-8391-4aba-8000-000000000000';

const stored: KnownWebhook = {
  uri: 'https://stored.example/x',
  method: 'PUT',
  auth: { type: 'basic', username: 'u', password: 'p' },
  sign: () => ({}),
};

const mark = (letter: string) => ({
  id: letter,
  type: 'variable_set',
  option: { key: 'trace', value: `\${trace}${letter}` },
});

/** `b` is behind the action, `s` and `f` where its line 0 and line 1 lead, `e` where a failure does. */
function flowOf(option: Readonly<Record<string, unknown>>) {
  return [
    { id: 'it', type: 'webhook_send', option: { uri, sync: true, ...option }, on_error_id: 'e' },
    mark('b'),
    { type: 'stop' },
    mark('s'),
    { type: 'stop' },
    mark('f'),
    { type: 'stop' },
    mark('e'),
  ];
}

async function send(option: Readonly<Record<string, unknown>> = {}, ...replies: readonly FakeReply[]) {
  const given = givenCall({ from: '15551234567' });
  if (replies.length > 0) given.http.reply(...replies);
  const flow = given.run(...flowOf(option));
  await pass(120_000);
  await flow.done;
  const results = Object.fromEntries(
    Object.entries(flow.activeflow.variables.entries())
      .filter(([name]) => /^flow\.key\.(response_|error_reason)/.test(name))
      .map(([name, value]) => [name.slice('flow.key.'.length), value]),
  );
  return { given, flow, results, trace: flow.variable('trace'), request: given.http.requests[0] };
}

const success = {
  response_status: 'SUCCESS',
  response_status_code: '200',
  response_status_type: '',
  response_duration: '0.00',
  response_raw: 'null',
  response_error: 'false',
  error_reason: '',
};

describe('the result', () => {
  test('of a success is told in both spellings, and the flow goes on', async () => {
    const { results, flow, trace, given } = await send({}, { body: '', delay: 110 });
    expect(results).toEqual({ ...success, response_duration: '0.11' });
    for (const [name, value] of Object.entries(results))
      expect(flow.variable(`voipbin.webhook.${name}`)).toBe(value);
    expect([trace, given.failures]).toEqual(['b', []]);
  });

  test.each([
    [{ success_id: 's' }, { status: 201 }, 's'],
    [{ failure_id: 'f' }, { status: 404 }, 'f'],
    [{ success_id: 's', failure_id: 'f' }, { failure: 'unreachable' }, 'f'],
    [{ success_id: 's' }, { status: 500 }, 'e'],
  ] as const)('%j %j leads to %s', async (option, reply, way) => {
    expect((await send(option, reply)).trace).toBe(way);
  });

  test.each([
    [{}, { status: 404, body: 'no' }, 'CLIENT_ERROR', '404', 'CLIENT_ERROR'],
    [{}, { status: 503 }, 'SERVER_ERROR', '503', 'SERVER_ERROR'],
    [{}, { status: 302 }, 'REDIRECTION', '302', 'REDIRECTION'],
    [
      { auth: { type: 'basic', username: 'u' } },
      { status: 401 },
      'AUTHENTICATION_FAILURE',
      '401',
      'CLIENT_ERROR',
    ],
    [
      { auth: { type: 'bearer', token: 't' } },
      { status: 403 },
      'AUTHENTICATION_FAILURE',
      '403',
      'CLIENT_ERROR',
    ],
    [{}, { status: 401 }, 'CLIENT_ERROR', '401', 'CLIENT_ERROR'],
    [{}, { failure: 'timeout' }, 'TIMEOUT', '', ''],
    [{}, { failure: 'unreachable' }, 'UNREACHABLE', '', ''],
    [{}, { failure: 'blocked' }, 'INVALID_REQUEST', '', ''],
    [{}, { failure: 'invalid_request' }, 'INVALID_REQUEST', '', ''],
    [{}, { failure: 'too_large' }, 'INVALID_RESPONSE', '', ''],
    [{ response: { type: 'json' } }, { body: '<html>' }, 'INVALID_RESPONSE', '200', 'SUCCESSFUL'],
    [{ response: { type: 'xml' } }, { body: '{}' }, 'INVALID_RESPONSE', '200', 'SUCCESSFUL'],
    [
      { response: { map: [{ variable: 'x', path: '${voipbin.call.id}' }] } },
      { body: {} },
      'INVALID_RESPONSE_MAP',
      '200',
      'SUCCESSFUL',
    ],
    [
      { response: { map: [{ variable: 'x', path: 'data.a', mandatory: true }] } },
      { body: {} },
      'INVALID_RESPONSE_MAP',
      '200',
      'SUCCESSFUL',
    ],
  ] as const)('%j %j: %s', async (option, reply, reason, code, type) => {
    const { results, given, flow } = await send(option, reply);
    expect(results).toMatchObject({
      response_status: 'FAILED',
      response_status_code: code,
      response_status_type: type,
      response_error: 'true',
      error_reason: reason,
    });
    expect(given.failures).toEqual([reason]);
    expect(flow.variable('voipbin.action.error.code')).toBe(reason);
  });

  test.each([
    ['success', { body: '' }],
    ['failure', { status: 500 }],
  ] as const)('of a %s fills the variables that are said to be filled', async (outcome, reply) => {
    const { flow } = await send({}, reply);
    const filled = [...knownVariables.keys()].filter(
      (name) => /\.(response_|error_reason)/.test(name) && flow.variable(name) !== '',
    );
    expect(filled).toEqual(catalogue.get('webhook_send')?.results?.[outcome]);
  });

  test('has at most 64 KiB of the reply, and no half of a character', async () => {
    const { flow } = await send({}, { body: `${'x'.repeat(65_535)}é` });
    expect(flow.variable('flow.key.response_raw')).toBe('x'.repeat(65_535));
  });
});

describe('the request', () => {
  test('as the documentation has it goes out as it says, with an id', async () => {
    const { request } = await send({
      method: 'POST',
      data_type: 'application/json',
      data: '{"source_number": "${voipbin.call.source.target}"}',
    });
    expect(request).toMatchObject({ method: 'POST', url: uri, timeout: 10_000 });
    expect(request?.body).toBe('{"source_number": "15551234567"}');
    expect(request?.headers).toEqual({
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^msg_[0-9a-f]{32}$/),
    });
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'GET', 'HEAD'])('%s', async (method) => {
    const { request } = await send({ method });
    expect(request?.method).toBe(method);
    expect(request?.maxRedirects).toBe(method === 'GET' || method === 'HEAD' ? 3 : undefined);
  });

  test('OPTION is Phonon’s word for OPTIONS', async () => {
    expect((await send({ method: 'OPTION' })).request?.method).toBe('OPTIONS');
  });

  test.each([
    [{ headers: [{ name: 'X-A', value: '${nothing}', mandatory: true }] }],
    [{ query: [{ name: 'a', value: 'is ${nothing}', mandatory: true }] }],
    [{ uri: `${uri}/\${nothing}` }],
  ])('is not sent where something needed has no value: %j', async (option) => {
    const { request, results, flow } = await send(option);
    expect(request).toBeUndefined();
    expect(flow.variable('voipbin.action.error.message')).toMatch(/nothing/);
    expect(results).toMatchObject({ error_reason: 'INVALID_FLOW_VAR', response_status: 'FAILED' });
  });

  test('is not sent where a value would end a header', async () => {
    const given = givenCall({ headers: { 'X-Name': 'A\r\nX-Evil: 1' } });
    const header = { name: 'X-Name', value: '${voipbin.call.sip.header.X-Name}' };
    const flow = given.run(...flowOf({ headers: [header] }));
    await pass();
    await flow.done;
    expect(given.http.requests).toEqual([]);
    expect(flow.variable('flow.key.error_reason')).toBe('INVALID_REQUEST');
  });

  test('is not sent where a placeholder has made the URL one we do not go to', async () => {
    const given = givenCall({ headers: { 'X-Url': 'http://127.0.0.1/' } });
    const flow = given.run(...flowOf({ uri: '${voipbin.call.sip.header.X-Url}' }));
    await pass();
    await flow.done;
    expect(given.http.requests).toEqual([]);
    expect(flow.variable('flow.key.error_reason')).toBe('INVALID_REQUEST');
  });

  test('takes from a stored webhook what is not given here', async () => {
    const given = givenCall();
    given.requestPorts.webhooks.set(webhook_id, stored);
    const flow = given.run(
      { type: 'webhook_send', option: { sync: true, webhook_id } },
      { type: 'webhook_send', option: { sync: true, webhook_id, method: 'GET', auth: { type: 'none' } } },
      { type: 'webhook_send', option: { sync: true, webhook_id: '00000000-0000-4000-8000-000000000000' } },
    );
    await pass();
    await flow.done;
    const basic = `Basic ${Buffer.from('u:p').toString('base64')}`;
    expect(
      given.http.requests.map(({ method, url, headers }) => [method, url, headers?.authorization]),
    ).toEqual([
      ['PUT', 'https://stored.example/x', basic],
      ['GET', 'https://stored.example/x', undefined],
    ]);
    expect(given.failures).toEqual(['INVALID_REQUEST']);
  });

  test('through a stored webhook is signed by it, anew at every try, whatever the headers of the flow say', async () => {
    const given = givenCall();
    let signed = 0;
    const sign = (id: string, body: string) => ({ 'x-signed': `${id} ${body} ${++signed}` });
    given.requestPorts.webhooks.set(webhook_id, { ...stored, sign });
    given.http.reply({ status: 503 }, { status: 200 });
    const headers = [
      { name: 'X-Signed', value: 'by me' },
      { name: 'X-Mine', value: 'kept' },
    ];
    const flow = given.run(
      { type: 'webhook_send', option: { sync: true, webhook_id, retries: 1, data: '{"é":1}', headers } },
      { type: 'webhook_send', option: { sync: true, webhook_id, method: 'GET' } },
      { type: 'webhook_send', option: { webhook_id, data: 'later' } },
      { type: 'webhook_send', option: { sync: true, uri } },
    );
    await pass(1_000);
    await flow.done;
    const sent = given.http.requests.map(({ headers }) => headers ?? {});
    const id = sent[0]?.['webhook-id'];
    expect(sent.map((all) => all['x-signed'])).toEqual([
      `${id} {"é":1} 1`,
      `${id} {"é":1} 2`,
      `${sent[2]?.['webhook-id']}  3`,
      undefined,
    ]);
    expect(sent[0]?.['x-mine']).toBe('kept');
    expect(given.requestPorts.later).toMatchObject([{ signedBy: webhook_id, request: { body: 'later' } }]);
    expect(given.requestPorts.later[0]?.request.headers).not.toHaveProperty('x-signed'); // whoever makes it signs it
  });
});

describe('retries', () => {
  test('come after 200 ms and then twice as late, with the same id', async () => {
    const given = givenCall();
    given.http.reply({ failure: 'unreachable' }, { status: 503 }, { status: 429 }, { body: { a: 1 } });
    const flow = given.run(...flowOf({ retries: 4 }));
    const times: number[] = [];
    const began = Date.now();
    await pass();
    for (let waited = 0; waited < 2_000; waited += 50) {
      if (given.http.requests.length > times.length) times.push(Date.now() - began);
      await pass(50);
    }
    await flow.done;
    expect(times).toEqual([0, 200, 600, 1_400]);
    expect(new Set(given.http.requests.map(({ headers }) => headers?.['webhook-id'])).size).toBe(1);
    expect(flow.variable('flow.key.response_status')).toBe('SUCCESS');
    expect(flow.variable('a')).toBe('1');
  });

  test.each([{ status: 404 }, { failure: 'timeout' }, { failure: 'blocked' }] as const)(
    'do not come after %j',
    async (reply) => {
      const { given } = await send({ retries: 4 }, reply);
      expect(given.http.requests).toHaveLength(1);
    },
  );

  test.each([
    [{ attempts: 1 }, 1],
    [{ attempts: 4 }, 4],
    [{ retries: 4 }, 5],
    [{}, 1],
  ])('by %j make %i tries in all', async (option, tries) => {
    const { given, results } = await send(option, { status: 503 });
    expect(given.http.requests).toHaveLength(tries);
    expect(results.error_reason).toBe('SERVER_ERROR');
    const { given: later } = await send({ ...option, sync: false });
    expect(later.requestPorts.later).toMatchObject([{ retries: tries - 1 }]);
  });

  test('end with the last result', async () => {
    const { given, results } = await send({ retries: 2 }, { status: 502 });
    expect(given.http.requests).toHaveLength(3);
    expect(results.error_reason).toBe('SERVER_ERROR');
  });

  test('and the request take at most a minute together', async () => {
    const given = givenCall();
    given.http.reply({ status: 503, delay: 50_000 });
    const flow = given.run(...flowOf({ retries: 4, timeout: 60_000 }));
    await pass(60_001);
    expect(flow.variable('flow.key.error_reason')).toBe('TIMEOUT');
    await flow.done;
    expect(given.http.requests.map(({ timeout }) => timeout)).toEqual([60_000, expect.closeTo(9_800, -1)]);
  });
});

describe('without sync', () => {
  test('the request is handed over, the flow goes on at once and no variable is set', async () => {
    const { given, results, trace } = await send({ sync: false, retries: 2, timeout: 5_000, data: '{}' });
    expect(given.http.requests).toEqual([]);
    expect(given.requestPorts.later).toMatchObject([
      { id: expect.stringMatching(/^msg_/), retries: 2, timeout: 5_000, request: { url: uri, body: '{}' } },
    ]);
    expect([results, trace]).toEqual([{}, 'b']);
  });

  test('what cannot be sent fails the action, and sets none either', async () => {
    const { given, results, trace } = await send({ sync: false, uri: `${uri}/\${nothing}`, failure_id: 'f' });
    expect([results, trace, given.failures]).toEqual([{}, 'f', ['INVALID_FLOW_VAR']]);
  });
});

describe('the caller', () => {
  test('who hangs up ends the request, and the music', async () => {
    const given = givenCall();
    given.http.reply({ delay: 30_000 });
    const flow = given.run(...flowOf({ hold_music: true, timeout: 60_000 }));
    await pass(1_000);
    expect(given.channel.isOnHold).toBe(true);
    given.hangup();
    await flow.done;
    expect([given.http.aborted, given.failures]).toEqual([1, []]);
    given.expectNothingLeft();
  });

  test('is answered, hears music while he waits, and none afterwards', async () => {
    const given = givenCall();
    given.http.reply({ delay: 3_000 });
    const flow = given.run(...flowOf({ hold_music: true }), { type: 'sleep', option: { duration: 10_000 } });
    await pass(1_000);
    expect([given.channel.state, given.channel.isOnHold]).toEqual(['Up', true]);
    await pass(2_500);
    expect(given.channel.isOnHold).toBe(false);
    expect(given.asterisk.asked).toEqual(expect.arrayContaining(['answer', 'startMoh', 'stopMoh']));
    await pass(20_000);
    await flow.done;
  });

  test('does without music where Asterisk has none', async () => {
    const given = givenCall();
    given.asterisk.fault('startMoh', { status: 500 });
    const flow = given.run(...flowOf({ hold_music: true }));
    await pass();
    await flow.done;
    expect(flow.variable('flow.key.response_status')).toBe('SUCCESS');
  });

  test('is not answered without it', async () => {
    const { given } = await send();
    expect(given.asterisk.asked).not.toContain('answer');
  });
});

describe('the reply', () => {
  test('as a list of actions is run, then the flow goes on', async () => {
    const { trace } = await send(
      { response: { type: 'actions' } },
      { body: { actions: [mark('x'), mark('y')] } },
    );
    expect(trace).toBe('xyb');
  });

  test('as a bad list of actions is no reply', async () => {
    const { results } = await send({ response: { type: 'actions' } }, { body: [{ type: 'nonsense' }] });
    expect(results).toMatchObject({ error_reason: 'INVALID_RESPONSE', response_status_code: '200' });
  });

  test('sets what is mapped; a user’s variable stays with the contact', async () => {
    const map = [
      { variable: 'flow.key.name', path: 'data.person.name' },
      { variable: '$flow.key.child', path: 'data.person.children' },
      { variable: 'user.key.vip', path: '$.vip' },
    ];
    const body = { person: { name: 'John Scurry', children: ['Jenny', 'James'] }, vip: true };
    const { flow, given } = await send({ response: { map } }, { body });
    expect(flow.activeflow.variables.entries()).toMatchObject({
      'flow.key.name': 'John Scurry',
      'flow.key.child_1': 'Jenny',
      'flow.key.child_2': 'James',
      'flow.key.child_size': '2',
    });
    expect(given.requestPorts.users.get('15551234567')).toEqual({ 'user.key.vip': 'true' });
  });

  test('that fails its map sets nothing of it', async () => {
    const map = [
      { variable: 'a', path: 'data.a' },
      { variable: 'b', path: 'data.b', mandatory: true },
    ];
    const { flow } = await send({ response: { map } }, { body: { a: 1 } });
    expect(flow.variable('a')).toBe('');
  });

  test('stays with `persist`, and goes without', async () => {
    const kept = (given: CallFixture) => given.activeflows;
    const { flow, given } = await send({ persist: true }, { body: { tier: 'gold' } });
    expect(kept(given).size).toBe(0);
    expect(flow.activeflow.variables.kept()).toMatchObject({
      tier: 'gold',
      'flow.key.response_status': 'SUCCESS',
    });
    const without = await send({}, { body: { tier: 'gold' } });
    expect(without.flow.activeflow.variables.kept()).toEqual({});
  });
});

describe('a flow is refused', () => {
  const problems = (option: Readonly<Record<string, unknown>>) =>
    checkActions([{ type: 'webhook_send', option }], {
      catalogue,
      checkUrl: (url) => (url.startsWith('https://') ? undefined : 'must be an https: URL'),
    }).problems.map(({ path }) => path.replace('actions[0].option.', ''));

  test.each([
    [{}, 'uri'],
    [{ uri: 'http://a.example' }, 'uri'],
    [{ uri: 'internal:nonsense' }, 'uri'],
    [{ uri, method: 'TRACE' }, 'method'],
    [{ uri, retries: 5 }, 'retries'],
    [{ uri, attempts: 0 }, 'attempts'],
    [{ uri, attempts: 5 }, 'attempts'],
    [{ uri, attempts: 2, retries: 1 }, 'attempts'],
    [{ uri, attempts: 1, retries: 0 }, 'attempts'],
    [{ uri, timeout: 60_001 }, 'timeout'],
    [{ uri, auth: { type: 'basic' } }, 'auth.username'],
    [{ uri, auth: { type: 'digest' } }, 'auth.type'],
    [{ uri, headers: [{ name: 'A B', value: 'x' }] }, 'headers[0].name'],
    [{ uri, response: { map: [{ variable: 'voipbin.call.id', path: '$.x' }] } }, 'response.map[0].variable'],
    [{ uri, response: { map: [{ variable: 'x', path: 'a..' }] } }, 'response.map[0].path'],
    [{ uri, response: { type: 'actions' } }, 'response.type'],
    [{ uri, notes: 'x'.repeat(1_001) }, 'notes'],
    [{ uri, success_id: 'nobody' }, 'success_id'],
    [{ uri, nonsense: 1 }, 'nonsense'],
  ])('for %j', (option, path) => {
    expect(problems(option)).toEqual([path]);
  });

  test('and not for a placeholder, or one of Phonon’s internal webhooks', () => {
    expect(problems({ uri: '${crm}' })).toEqual([]);
    expect(problems({ uri: 'internal:shortURL' })).toEqual([]);
  });
});
