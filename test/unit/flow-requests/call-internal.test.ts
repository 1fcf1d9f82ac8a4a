import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CallFixture, givenCall, pass, type RunningFlow } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const flowID = '212a32a8-9529-11ec-8bf0-8b89df407b6e';

async function call(
  uri: string,
  variables: Readonly<Record<string, string>>,
  option: Readonly<Record<string, unknown>> = {},
  prepare: (given: CallFixture) => void = () => undefined,
): Promise<{ given: CallFixture; flow: RunningFlow; read: (name: string) => string }> {
  const given = givenCall({ from: '555' });
  prepare(given);
  const sets = Object.entries(variables).map(([key, value]) => ({
    type: 'variable_set',
    option: { key, value },
  }));
  const flow = given.run(...sets, { type: 'webhook_send', option: { sync: true, uri, ...option } });
  await pass();
  await flow.done;
  return { given, flow, read: (name) => flow.variable(`flow.key.${name}`) };
}

describe('createOutbound', () => {
  const good = {
    'flow.syskey.apiVersion': '1.0',
    'flow.syskey.securityID': 's',
    'flow.syskey.flowID': flowID.toUpperCase(),
    'flow.syskey.clientID': '123123123',
    'flow.syskey.delayMinutes': '5',
    'flow.syskey.contactNumbers': '91997974 6666; +15551234567,',
  };

  test('asks for outgoing calls, and tells their ids', async () => {
    const { given, read } = await call('internal:createOutbound', good);
    expect(given.requestPorts.outbound).toEqual([
      {
        flowId: flowID,
        numbers: ['919979746666', '+15551234567'],
        delayMinutes: 5,
        from: '100',
        securityId: 's',
        clientId: '123123123',
        uuid: expect.any(Function),
      },
    ]);
    expect([read('obdResponseCode'), read('obdReqID'), read('obdPhononUUID')]).toEqual([
      '200',
      'request',
      'flow',
    ]);
    expect(read('response_status')).toBe('SUCCESS');
  });

  test('fails with the code of the failure', async () => {
    const { given, read } = await call('internal:createOutbound', good, {}, ({ requestPorts }) => {
      requestPorts.outboundAnswer = {
        code: 501,
        message: 'not available yet',
        requestId: '',
        activeflowId: '',
      };
    });
    expect([read('obdResponseCode'), read('error_reason')]).toEqual(['501', 'SERVER_ERROR']);
    expect(given.of('action_failed')).toMatchObject([{ code: 'SERVER_ERROR', message: 'not available yet' }]);
  });

  test.each([
    { 'flow.syskey.apiVersion': '2.0' },
    { 'flow.syskey.flowID': 'x' },
    { 'flow.syskey.contactNumbers': ' , ' },
    { 'flow.syskey.contactNumbers': '12345&PJSIP/trunk/900' },
    { 'flow.syskey.delayMinutes': '-1' },
    { 'flow.syskey.delayMinutes': '99999' },
  ])('refuses %j', async (change) => {
    const { given, read } = await call('internal:createOutbound', { ...good, ...change });
    expect(given.requestPorts.outbound).toEqual([]);
    expect([read('obdResponseCode'), read('error_reason')]).toEqual(['400', 'CLIENT_ERROR']);
  });
});

describe('shortURL', () => {
  const data = '{"custToken": "abcd1234", "longUrl": "https://google.co.in"}';

  test('replies with a short link, mapped like any reply', async () => {
    const map = [{ variable: 'flow.key.link', path: 'data.shortUrl', mandatory: true }];
    const { given, read, flow } = await call('internal:shortURL', {}, { data, response: { map } });
    expect(read('link')).toBe('https://short.example/s/code0');
    expect(read('response_raw')).toBe('{"shortUrl":"https://short.example/s/code0"}');
    expect([...given.requestPorts.links.values()]).toEqual(['https://google.co.in/']);
    expect(flow.variable('shortUrl')).toBe('');
  });

  test.each([
    ["https://a.test/b'c?sig='x'&y=%27#d'e", "https://a.test/b'c?sig='x'&y=%27#d'e"],
    [" HTTP://u'x:p@A.test?a='b c' ", "http://u'x:p@a.test/?a='b%20c'"],
  ])('leads to the URL as it was written, apostrophes too: %s', async (longUrl, expected) => {
    const { given } = await call('internal:shortURL', {}, { data: JSON.stringify({ longUrl }) });
    expect([...given.requestPorts.links.values()]).toEqual([expected]);
  });

  test('sets its own field without a map', async () => {
    const { flow } = await call('internal:shortURL', {}, { data });
    expect(flow.variable('shortUrl')).toBe('https://short.example/s/code0');
  });

  test.each(['{}', '{"longUrl": "javascript:alert(1)"}', '{"longUrl": 7}', '{"longUrl": "google.co.in"}'])(
    'refuses %s',
    async (bad) => {
      const { given, read } = await call('internal:shortURL', {}, { data: bad });
      expect(given.requestPorts.links.size).toBe(0);
      expect(read('response_status_code')).toBe('400');
    },
  );

  test('refuses what is no JSON', async () => {
    const { read } = await call('internal:shortURL', {}, { data: 'x' });
    expect(read('error_reason')).toBe('INVALID_REQUEST');
  });
});

describe('updatePauseStatusForCLI', () => {
  const uri = 'internal:updatePauseStatusForCLI';
  const agents = ({ requestPorts }: CallFixture) => {
    requestPorts.agents.set('919879964805', false).set('911111111111', false).set('921111111111', false);
  };

  test('pauses the one agent with the number', async () => {
    const { given, read } = await call(
      uri,
      { 'flow.key.pause': 'true', 'flow.key.cli': '9879964805' },
      {},
      agents,
    );
    expect(given.requestPorts.agents.get('919879964805')).toBe(true);
    expect([read('cli_pause_update'), read('response_status')]).toEqual(['true', 'SUCCESS']);
  });

  test.each(['1111111111', '5555555555'])('does nothing where there is not exactly one: %s', async (cli) => {
    const { given, read } = await call(uri, { 'flow.key.pause': 'true', 'flow.key.cli': cli }, {}, agents);
    expect([...given.requestPorts.agents.values()]).toEqual([false, false, false]);
    expect([read('cli_pause_update'), read('error_reason')]).toEqual(['false', 'CLIENT_ERROR']);
  });

  test.each([
    { 'flow.key.pause': 'true' },
    { 'flow.key.cli': '9879964805' },
    { 'flow.key.pause': 'x', 'flow.key.cli': '1234' },
  ])('needs both: %j', async (variables) => {
    const { read } = await call(uri, variables, {}, agents);
    expect(read('error_reason')).toBe('INVALID_FLOW_VAR');
  });
});

describe('as with a server', () => {
  const data = '{"custToken": "abcd1234", "longUrl": "https://google.co.in"}';
  const response = { map: [{ variable: 'flow.key.link', path: 'data.shortUrl' }] };

  test('what is mapped of the reply, and the result, stay with `persist`', async () => {
    const kept = async (option: object) => {
      const { flow } = await call('internal:shortURL', {}, { data, response, ...option });
      return flow.activeflow.variables.kept();
    };
    expect(await kept({ persist: true })).toMatchObject({
      'flow.key.link': 'https://short.example/s/code0',
      'flow.key.response_status': 'SUCCESS',
      'voipbin.webhook.response_status_code': '200',
    });
    expect(await kept({ persist: true, sync: false })).toEqual({
      'flow.key.link': 'https://short.example/s/code0',
    });
    expect(await kept({})).toEqual({});
  });

  test('without `sync` it is done, and tells no result', async () => {
    const { flow, given } = await call('internal:shortURL', {}, { data, sync: false });
    expect([...given.requestPorts.links.values()]).toEqual(['https://google.co.in/']);
    expect(Object.keys(flow.activeflow.variables.entries())).toEqual(['shortUrl']);
  });
});
