import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
// What Asterisk says of a context it does not have, and of a daemon that is killed.
afterEach(() => system.quiet([/no-such-context/, /Playback failed for sound/, /web ?socket/i]));
afterAll(() => system[Symbol.asyncDispose]());

const to = (context: string, extension = 's') => [
  { type: 'answer' },
  { type: 'dialplan_continue', option: { context, extension } },
  { id: 'never', type: 'beep' },
];

test('the dialplan gets the call, the flow ends, and the call is followed to its end', async () => {
  await system.flowOn('950', to('ariflow-echo'));
  const alice = await system.caller('alice');
  const call = await alice.call('950');
  await call.answered;
  call.tone(700);
  await until(() => call.heard.hears(700), { what: 'the echo of the dialplan' });
  const callId = await system.callTo('950');
  expect(await system.history(callId)).not.toContain('call_hungup');
  expect((await system.api.get(`/v1.0/calls/${callId}`)).body).toMatchObject({ status: 'progressing' });
  await call.bye();
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'call_hungup' && data.id === callId,
  );
  expect(data).toMatchObject({ hangup_by: 'remote', hangup_reason: 'normal' });
});

test('the API hangs up a call that is in the dialplan', async () => {
  await system.flowOn('951', to('ariflow-echo'));
  const alice = await system.caller('alice');
  const call = await alice.call('951');
  await call.answered;
  const callId = await system.callTo('951');
  await system.history(callId);
  expect(await system.api.delete(`/v1.0/calls/${callId}`)).toMatchObject({ status: 200 });
  await call.ended;
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'call_hungup' && data.id === callId,
  );
  expect(data).toMatchObject({ hangup_by: 'local', hangup_reason: 'normal' });
});

test('the dialplan may send it back to us, to another number', async () => {
  await system.flowOn('960', [{ type: 'beep' }, { type: 'digits_receive', option: { duration: 30_000 } }]);
  await system.flowOn('961', to('ariflow', '960'));
  const alice = await system.caller('alice');
  const call = await alice.call('961');
  await call.answered;
  await until(() => call.heard.sounds().length > 0, { what: 'the beep of the other flow' });
  const callId = await system.callTo('961');
  await system.sink.waitFor(({ type, data }) => type === 'call_transferred' && data.id === callId);
  await call.bye();
  await system.history(callId);
});

test('a daemon that stops leaves it there', async () => {
  await system.flowOn('962', to('ariflow-echo'));
  const alice = await system.caller('alice');
  const call = await alice.call('962');
  await call.answered;
  const callId = await system.callTo('962');
  await system.history(callId);
  await system.restartDaemon();
  call.tone(700);
  await until(() => call.heard.hears(700), { what: 'the echo of the dialplan' });
  expect((await system.api.get(`/v1.0/calls/${callId}`)).body).toMatchObject({ status: 'hangup' });
  await call.bye();
});

test('a daemon that is killed as soon as it is there leaves it there', async () => {
  await system.flowOn('963', to('ariflow-echo'));
  const alice = await system.caller('alice');
  const call = await alice.call('963');
  await call.answered;
  call.tone(700);
  await until(() => call.heard.hears(700), { what: 'the echo of the dialplan' });
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
  const callId = await system.callTo('963');
  expect(await system.history(callId)).not.toContain('call_hungup');
  await until(() => call.heard.hears(700), { what: 'the echo still' });
  expect((await system.api.get(`/v1.0/calls/${callId}`)).body).toMatchObject({ status: 'progressing' });
  await call.bye();
  await system.history(callId);
});

test('a context that is not there ends the call, and nothing is left', async () => {
  await system.flowOn('952', to('no-such-context'));
  const alice = await system.caller('alice');
  const call = await alice.call('952');
  await call.ended;
  const callId = await system.callTo('952');
  await system.sink.waitFor(({ type, data }) => type === 'call_hungup' && data.id === callId);
  await system.history(callId);
});
