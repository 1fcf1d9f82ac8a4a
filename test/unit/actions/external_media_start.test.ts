import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import action from '../../../src/actions/external_media_start.ts';
import { derivedUuid } from '../../../src/core/derived-uuid.ts';
import { ActionError } from '../../../src/core/errors.ts';
import { checkOption } from '../../../src/flows/option.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const host = '203.0.113.5:8000';

test('what is not said is rtp over udp, as a client, in ulaw, both ways', async () => {
  const given = givenCall();
  const flow = given.runOne('external_media_start', { external_host: host });
  await pass();
  expect(flow.at).toBe('after');
  const id = derivedUuid(given.call.id, 1, 'external-media');
  const [encapsulation, format, connectionType] = ['rtp', 'ulaw', 'client'];
  expect(given.externalMedia.requests).toEqual([
    { id, externalHost: host, encapsulation, connectionType, format, direction: 'both' },
  ]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('`data` is taken, and changes nothing', async () => {
  const given = givenCall();
  const flow = given.runOne('external_media_start', { external_host: host, data: 'for later' });
  await pass();
  expect(flow.at).toBe('after');
  const id = derivedUuid(given.call.id, 1, 'external-media');
  const [encapsulation, format, connectionType] = ['rtp', 'ulaw', 'client'];
  expect(given.externalMedia.requests).toEqual([
    { id, externalHost: host, encapsulation, connectionType, format, direction: 'both' },
  ]);
  given.hangup();
  await flow.done;
});

test.each([
  [{ encapsulation: 'audiosocket' }, { encapsulation: 'audiosocket', format: 'slin' }],
  [{ transport: 'tcp' }, { encapsulation: 'audiosocket', format: 'slin' }],
  [{ transport: 'websocket' }, { encapsulation: 'none', format: 'ulaw' }],
  [
    { encapsulation: 'none', format: 'slin16' },
    { encapsulation: 'none', format: 'slin16' },
  ],
  [
    { transport: 'websocket', connection_type: 'server', external_host: 'INCOMING' },
    { connectionType: 'server', externalHost: '' },
  ],
])('%j means the rest of it', async (option, wanted) => {
  const given = givenCall();
  const flow = given.runOne('external_media_start', { external_host: host, ...option });
  await pass();
  expect(given.externalMedia.requests).toMatchObject([wanted]);
  given.hangup();
  await flow.done;
});

test('the flow knows where the media is, and so do those who listen to events, until its end', async () => {
  const given = givenCall();
  const flow = given.runOne('external_media_start', { external_host: host });
  await pass();
  const [started] = given.of('external_media_started');
  expect(started).toMatchObject({
    activeflow_id: flow.activeflow.id,
    reference_type: 'call',
    reference_id: given.call.id,
    local_ip: '127.0.0.1',
    local_port: 4_000,
    media_uri: '',
    reason: '',
  });
  expect(flow.variable('voipbin.external_media.id')).toBe(started?.id);
  expect(flow.variable('voipbin.external_media.local_ip')).toBe('127.0.0.1');
  expect(flow.variable('voipbin.external_media.local_port')).toBe('4000');
  expect(flow.variable('voipbin.external_media.media_uri')).toBe('');
  given.hangup();
  await flow.done;
  expect(given.of('external_media_stopped')).toMatchObject([{ id: started?.id, reason: 'hangup' }]);
  expect(given.types.at(-1)).toBe('activeflow_deleted');
  given.expectNothingLeft();
});

test.each([
  ['wss://media.example.com/${part}', 'wss://media.example.com/a%2F..%2F%3Fb'],
  ['${whole}', 'wss://media.example.com/x?y=1'],
  ['${host}:${port}', '203.0.113.5:8000'],
])('values in %s add neither a path nor another host', async (written, external_host) => {
  const given = givenCall();
  const set = (key: string, value: string) => ({ type: 'variable_set', option: { key, value } });
  const flow = given.run(
    set('part', 'a/../?b'),
    set('whole', 'wss://media.example.com/x?y=1'),
    set('host', '203.0.113.5'),
    set('port', '8000'),
    { type: 'external_media_start', option: { external_host: written, format: 'ulaw' } },
  );
  await pass();
  expect(given.externalMedia.requests).toMatchObject([{ externalHost: external_host }]);
  await flow.done;
});

test('what comes to nothing is told, and is the failure of the action', async () => {
  const given = givenCall();
  given.externalMedia.failure = new ActionError('UNREACHABLE', 'the host takes no connection');
  const flow = given.runOne('external_media_start', { external_host: host });
  await pass();
  expect(flow.at).toBe('after');
  expect(given.of('external_media_failed')).toMatchObject([{ reason: 'UNREACHABLE', local_port: 0 }]);
  expect(given.failures).toEqual(['UNREACHABLE']);
  expect(given.of('external_media_started')).toEqual([]);
  given.hangup();
  await flow.done;
});

test('a caller who hangs up while the host is being asked leaves neither a start nor a failure', async () => {
  const given = givenCall();
  given.externalMedia.duration = 3_000;
  const flow = given.runOne('external_media_start', { external_host: host });
  await pass(1_000);
  given.hangup();
  await flow.done;
  expect(given.types.filter((type) => type.startsWith('external_media'))).toEqual([]);
  given.expectNothingLeft();
});

describe('refuses', () => {
  test.each([
    [{}, 'external_host'],
    [{ connection_type: 'server' }, 'external_host'],
    [{ connection_type: 'server', external_host: 'INCOMING' }, 'external_host'],
    [{ external_host: host, encapsulation: 'audiosocket', transport: 'udp' }, 'transport'],
    [{ external_host: host, encapsulation: 'rtp', transport: 'websocket' }, 'transport'],
    [{ external_host: host, encapsulation: 'audiosocket', format: 'ulaw' }, 'format'],
    [{ external_host: host, encapsulation: 'audiosocket', connection_type: 'server' }, 'connection_type'],
    [{ external_host: host, format: 'opus' }, 'format'],
    [{ external_host: host, direction: 'in' }, 'direction'],
  ])('%j', (option, path) => {
    expect(checkOption(action, option).map((problem) => problem.path)).toEqual([path]);
  });
});
