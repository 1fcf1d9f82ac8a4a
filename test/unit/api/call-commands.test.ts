import { expect, test } from 'vitest';
import type { CallCommand, Parts } from '../../../src/api/parts.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { ActionError, AriflowError, LifetimeEnded } from '../../../src/core/errors.ts';
import { type ApiFixture, givenApi, noLiveCalls } from '../../support/store-api.ts';
import { givenCall, recordCall } from '../../support/store-records.ts';

interface Given extends AsyncDisposable {
  readonly api: ApiFixture;
  /** Its path. */
  readonly call: string;
  readonly callId: string;
  readonly commands: readonly CallCommand[];
  readonly redirects: readonly unknown[];
}

/** A stored call, and whoever carries out what is asked of it. */
async function given(perform?: Parts['liveCalls']['perform']): Promise<Given> {
  const commands: CallCommand[] = [];
  const redirects: unknown[] = [];
  const api = await givenApi({
    liveCalls: {
      ...noLiveCalls,
      hangup: () => true,
      perform: async (id, command) => {
        commands.push(command);
        return perform?.(id, command);
      },
      redirect: async (_id, flow) => {
        redirects.push(flow);
      },
    },
  });
  const call = givenCall();
  recordCall(api.recorder, call);
  const dispose = () => api[Symbol.asyncDispose]();
  return {
    api,
    call: `/calls/${call.id}`,
    callId: call.id,
    commands,
    redirects,
    [Symbol.asyncDispose]: dispose,
  };
}

const heard = { digits_handle: '', answer: true };
const voice = { language: 'en-US', provider: '', voice_id: '', gender: '', async: false, ...heard };

test.each([
  ['POST', 'talk', { text: 'Hello' }, { type: 'talk', option: { ...voice, text: 'Hello' } }],
  [
    'POST',
    'play',
    { stream_urls: ['sound:beep'] },
    { type: 'play', option: { stream_urls: ['sound:beep'], language: '', loop: 1, ...heard } },
  ],
  [
    'POST',
    'digits',
    { digits: '1#' },
    { type: 'digits', option: { digits: '1#', duration: 100, interval: 100 } },
  ],
  ['POST', 'hold', undefined, { type: 'hold', option: {} }],
  ['DELETE', 'hold', undefined, { type: 'unhold', option: {} }],
  ['POST', 'mute', undefined, { type: 'mute', option: { direction: 'both' } }],
  ['POST', 'mute', { direction: 'in' }, { type: 'mute', option: { direction: 'in' } }],
  ['DELETE', 'mute', { direction: 'out' }, { type: 'unmute', option: { direction: 'out' } }],
  ['DELETE', 'mute', undefined, { type: 'unmute', option: { direction: 'both' } }],
  ['POST', 'moh', {}, { type: 'moh', option: { music: '' } }],
  ['DELETE', 'moh', undefined, { type: 'moh_stop', option: {} }],
] as const)(
  '%s calls/{id}/%s %j is that command, and answers the call',
  async (method, name, body, command) => {
    await using it = await given();
    const answer = await it.api.ask(method, `${it.call}/${name}`, body);
    expect(answer).toMatchObject({ status: 200, body: { id: it.callId } });
    expect(it.commands).toEqual([command]);
  },
);

test.each(['recording_start', 'recording_stop', 'recording_pause', 'recording_resume'] as const)(
  'calls/{id}/%s answers the recording it is about',
  async (name) => {
    await using it = await given(async () => 'the-recording');
    const found: string[] = [];
    const get = async (id: string) => {
      found.push(id);
      return { id };
    };
    Object.assign(it.api.parts, { recordings: { get } });
    const answer = await it.api.ask('POST', `${it.call}/${name}`);
    expect(answer).toMatchObject({ status: 200, body: { id: 'the-recording' } });
    expect(it.commands.map(({ type }) => type)).toEqual([name]);
    expect(found).toEqual(['the-recording']);
  },
);

test.each([
  ['talk', undefined, ['']],
  ['talk', { text: '', volume: 11 }, ['text', 'volume']],
  ['talk', { text: 'x'.repeat(5_001) }, ['text']],
  ['play', { stream_urls: ['sound:beep', 'file:///etc/passwd'] }, ['stream_urls[1]']],
  ['digits', { digits: '12x' }, ['digits']],
  ['hold', { music: true }, ['music']],
  ['mute', { direction: 'up' }, ['direction']],
  ['recording_start', { format: 'flac' }, ['format']],
  ['redirect', {}, ['flow_id']],
  ['redirect', { flow_id: zeroId, actions: [{ type: 'dance' }] }, ['actions[0].type']],
  ['redirect', { flow_id: '2b2b2b2b-0000-4000-8000-000000000000' }, ['flow_id']],
  ['commands', { commands: [] }, ['commands']],
  ['commands', { commands: Array.from({ length: 21 }, () => ({ type: 'hold' })) }, ['commands']],
  ['commands', { commands: [{ type: 'hold', at: 'once' }] }, ['commands[0].at']],
] as const)('calls/{id}/%s %j is refused with the places of what is wrong', async (name, body, paths) => {
  await using it = await given();
  const answer = await it.api.ask('POST', `${it.call}/${name}`, body);
  expect(answer.status).toBe(400);
  expect(answer.body.error.details.map(({ path }: { path: string }) => path)).toEqual(paths);
  expect(it.commands).toEqual([]);
  expect(it.redirects).toEqual([]);
});

test('a call that never was is not found, whatever is asked of it', async () => {
  await using it = await given();
  for (const [name, body] of [
    ['talk', { text: 'Hello' }],
    ['hold', undefined],
    ['recording_stop', undefined],
    ['redirect', { actions: [] }],
    ['commands', { commands: [{ type: 'hold' }] }],
  ] as const)
    expect((await it.api.ask('POST', `/calls/${zeroId}/${name}`, body)).status, name).toBe(404);
  expect(it.commands).toEqual([]);
});

test.each([
  [new AriflowError('CONFLICT', 'the call has ended'), 409],
  [new AriflowError('NOT_FOUND', 'no such recording'), 404],
  [new LifetimeEnded('hung up'), 409],
  [new ActionError('TOO_MANY_RECORDINGS', 'too many'), 409],
  [new ActionError('RECORDING_FAILED', 'no'), 503],
  [new TypeError('a defect'), 500],
] as const)('%s is answered with %i, alone and among others', async (error, status) => {
  await using it = await given(async () => {
    throw error;
  });
  const alone = await it.api.ask('POST', `${it.call}/hold`);
  expect(alone.status).toBe(status);
  const { body } = await it.api.ask('POST', `${it.call}/commands`, { commands: [{ type: 'hold' }] });
  expect(body.result).toEqual([{ status, error: alone.body.error }]);
  expect(it.api.lines.filter((line) => line.includes('api_defect'))).toHaveLength(status === 500 ? 2 : 0);
});

test('several commands are done in their order, each with a result, whatever the others come to', async () => {
  await using it = await given(async (_id, { type }) => {
    if (type === 'moh') throw new AriflowError('CONFLICT', 'no');
    return undefined;
  });
  const { status, body } = await it.api.ask('POST', `${it.call}/commands`, {
    commands: [
      { type: 'talk', option: { text: 'Hello' } },
      { type: 'moh' },
      { type: 'talk', option: { text: 7 } },
      { type: '__proto__' },
      { type: 'redirect', option: { actions: [{ type: 'talk' }, { type: 'dance' }] } },
      { type: 'redirect', option: { actions: [{ type: 'talk' }] } },
      { type: 'unmute', option: { direction: 'in' } },
      { type: 'hangup', option: { cause: 17 } },
      { type: 'hangup' },
    ],
  });
  expect(status).toBe(200);
  const results: { status: number; error?: { details: { path: string }[] } }[] = body.result;
  expect(results.map((result) => result.status)).toEqual([200, 409, 400, 400, 400, 200, 200, 400, 200]);
  expect(results.map(({ error }) => error?.details.map(({ path }) => path))).toEqual([
    undefined,
    [],
    ['commands[2].option.text'],
    ['commands[3].type'],
    ['commands[4].option.actions[1].type'],
    undefined,
    undefined,
    ['commands[7].option.cause'],
    undefined,
  ]);
  expect(it.commands.map(({ type }) => type)).toEqual(['talk', 'moh', 'unmute']);
  expect(it.redirects).toEqual([{ id: zeroId, actions: [expect.objectContaining({ type: 'talk' })] }]);
});

test.each(['goto', 'branch', 'answer', 'connect', 'sleep', 'stop', 'recording', 'toString'])(
  '%s is no command, like one that nobody knows',
  async (type) => {
    await using it = await given();
    const unknown = await it.api.ask('POST', `${it.call}/dance`);
    const alone = await it.api.ask('POST', `${it.call}/${type}`);
    expect([alone.status, alone.body.error.reason]).toEqual([404, unknown.body.error.reason]);
    const { body } = await it.api.ask('POST', `${it.call}/commands`, {
      commands: [{ type }, { type: 'dance' }, { type: 'hold' }],
    });
    expect(body.result).toMatchObject([
      { status: 400, error: { details: [{ path: 'commands[0].type' }] } },
      { status: 400, error: { details: [{ path: 'commands[1].type' }] } },
      { status: 200 },
    ]);
    expect(body.result[0].error.message).toMatch(/^type: no such command/);
    expect(it.commands).toEqual([{ type: 'hold', option: {} }]);
  },
);

test('the digits of a call are sent by the name of their action too', async () => {
  await using it = await given();
  const commands = [{ type: 'digits_send', option: { digits: '1#' } }];
  const { body } = await it.api.ask('POST', `${it.call}/commands`, { commands });
  expect(body.result).toEqual([{ status: 200 }]);
  expect(it.commands).toEqual([
    { type: 'digits_send', option: { digits: '1#', duration: 100, interval: 100 } },
  ]);
});

test('the ids of the ways to order something stay as they were', async () => {
  await using it = await given();
  const { body } = await it.api.send({ method: 'GET', url: '/openapi.json' });
  const idOf = (method: string, name: string) => body.paths[`/v1.0/calls/{id}/${name}`][method].operationId;
  expect(
    ['talk', 'play', 'digits', 'hold', 'mute', 'moh', 'redirect', 'commands'].map((name) =>
      idOf('post', name),
    ),
  ).toEqual([
    ...['talkToCall', 'playToCall', 'sendDigitsToCall', 'holdCall', 'muteCall', 'startMusicOnCall'],
    ...['redirectCall', 'commandCall'],
  ]);
  expect(['start', 'stop', 'pause', 'resume'].map((what) => idOf('post', `recording_${what}`))).toEqual([
    ...['startRecordingCall', 'stopRecordingCall', 'pauseRecordingCall', 'resumeRecordingCall'],
  ]);
  expect(['hold', 'mute', 'moh'].map((name) => idOf('delete', name))).toEqual([
    ...['unholdCall', 'unmuteCall', 'stopMusicOnCall'],
  ]);
});

test('the documents say of each what it takes', async () => {
  await using it = await given();
  const { body } = await it.api.send({ method: 'GET', url: '/openapi.json' });
  const { post, delete: undo } = body.paths['/v1.0/calls/{id}/mute'];
  for (const verb of [post, undo])
    expect(JSON.stringify(verb.requestBody)).toContain('"enum":["in","out","both"]');
  expect(body.paths['/v1.0/calls/{id}/hold'].post.requestBody).toBeUndefined();
  expect(JSON.stringify(body.paths['/v1.0/calls/{id}/digits'].post.requestBody)).toContain('interval');
});
