import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
// Of a prompt the caller did not hear to its end, a dialplan without our context, a daemon that was killed.
const expected = [/Playback failed for sound/, /"code":"ECHO_FAILED"/, /orphan_hung_up/, /web ?socket/i];
afterEach(() => system.quiet(expected));
afterAll(() => system[Symbol.asyncDispose]());

const idle = { type: 'sleep', option: { duration: 60_000 } };

/** A call in an echo: the caller hears something. */
async function givenEcho(number: string): Promise<OutgoingCall> {
  const phone = await system.caller();
  const call = await phone.call(number);
  await call.answered;
  await until(() => call.heard.packets > 0, { what: 'the echo to begin' });
  return call;
}

/** Says a tone and answers how long it takes to come back, in milliseconds. */
async function delayOf(call: OutgoingCall, frequency: number): Promise<number> {
  const spoke = wallTime();
  call.tone(frequency);
  await until(() => call.heard.hears(frequency), { what: () => call.heard.describe() });
  call.silence();
  const heard = call.heard.firstSoundAt(spoke) ?? Number.POSITIVE_INFINITY;
  await until(() => call.heard.silentSince(wallTime() - 100), { what: 'the echo of silence' });
  return heard - spoke;
}

test('echo: the caller hears himself for the duration; his digits are kept and do not come back', async () => {
  await system.flowOn('echo', [
    { type: 'answer' },
    { type: 'echo', option: { duration: 4_000 } },
    { type: 'beep' },
    { type: 'digits_receive', option: { duration: 5_000, length: 3 } },
    idle,
  ]);
  const call = await givenEcho('echo');
  const began = wallTime();
  const delays = [await delayOf(call, 620), await delayOf(call, 1_330)];
  for (const delay of delays) expect(delay).toBeLessThan(1_500);
  await call.digits('1#2', { duration: 80, gap: 80 });
  const after = wallTime();
  const beep = await until(() => call.heard.firstSoundAt(after), { what: 'the next action' });
  expect(beep - began).toBeGreaterThan(3_500);
  expect(beep - began).toBeLessThan(20_000);
  const callId = await system.callTo('echo');
  const input = await system.sink.waitFor(
    ({ type, data }) => type === 'digits_received' && data.reference_id === callId,
  );
  expect(input.data).toMatchObject({ digits: '1#2', result: 'length' });
  expect(call.heard.digitString).toBe('');
  // Out of the mirror.
  const said = wallTime();
  call.tone(620);
  await until(() => wallTime() - said > 300);
  expect(call.heard.toneAt(620, said, wallTime())).toBeLessThan(0.1);
  await call.bye();
  await system.history(callId);
});

test('stream_echo: the digits come back as well, # and all, and the echo goes on', async () => {
  await system.flowOn('stream-echo', [
    { type: 'answer' },
    { type: 'stream_echo', option: { duration: 30_000 } },
  ]);
  const call = await givenEcho('stream-echo');
  await call.digits('1#2*', { duration: 100, gap: 100 });
  await until(() => call.heard.digitString.length >= 4, { what: () => call.heard.describe() });
  expect(call.heard.digitString).toBe('1#2*');
  expect(await delayOf(call, 620)).toBeLessThan(1_500);
  await call.bye();
  await system.history(await system.callTo('stream-echo'));
});

test.each(['hangup', 'stop'])('an echo ends at once by %s of the API', async (command) => {
  const number = `echo-${command}`;
  await system.flowOn(number, [{ type: 'answer' }, { type: 'echo' }]);
  const call = await givenEcho(number);
  const callId = await system.callTo(number);
  const created = await system.sink.waitFor(
    ({ type, data }) => type === 'activeflow_created' && data.reference_id === callId,
  );
  const asked = wallTime();
  const path = command === 'hangup' ? `calls/${callId}/hangup` : `activeflows/${created.data.id}/stop`;
  expect((await system.api.post(`/v1.0/${path}`, {})).status).toBe(200);
  await call.ended;
  expect(wallTime() - asked).toBeLessThan(15_000);
  await system.history(callId);
});

test('20 callers in the echo at once each hear themselves alone', async () => {
  await system.flowOn('choir', [{ type: 'answer' }, { type: 'echo', option: { duration: 30_000 } }]);
  const calls = await Promise.all(Array.from({ length: 20 }, () => givenEcho('choir')));
  for (const [index, call] of calls.entries()) call.tone(500 + 50 * index);
  await Promise.all(
    calls.map((call, index) =>
      until(() => call.heard.hears(500 + 50 * index), { what: () => call.heard.describe() }),
    ),
  );
  await Promise.all(calls.map((call) => call.bye()));
  for (const _ of calls) await system.history(await system.callTo('choir'));
});

test('without its context in the dialplan an echo fails, and the flow goes on', async () => {
  await system.flowOn('no-echo', [{ type: 'answer' }, { type: 'echo' }, { type: 'beep' }]);
  await system.asterisk.cli('dialplan remove context ariflow-echo');
  try {
    const phone = await system.caller();
    const call = await phone.call('no-echo');
    await call.ended;
    const callId = await system.callTo('no-echo');
    await system.history(callId);
    const failed = system.sink.eventsOf(callId).find(({ type }) => type === 'action_failed');
    expect(failed?.data).toMatchObject({ code: 'ECHO_FAILED', action: { type: 'echo' } });
  } finally {
    await system.asterisk.cli('dialplan reload');
  }
});

test('4 in the welcome flow is an echo', async () => {
  const call = await givenEcho('100'); // which speaks first
  await call.digits('4');
  call.tone(620);
  await until(() => call.heard.hears(620), { timeout: 15_000, what: () => call.heard.describe() });
  await call.bye();
  await system.history(await system.callTo('100'));
});

test('after a daemon that was killed the next one has the mirror, the snoop and the bridge, and leaves none behind', async () => {
  await system.flowOn('killed-echo', [{ type: 'answer' }, { type: 'echo' }]);
  await system.flowOn('killed-amd', [
    { type: 'answer' },
    { type: 'amd', option: { wait_for: 'beep', initial_silence: 20_000, total_analysis_time: 20_000 } },
  ]);
  const echo = await givenEcho('killed-echo');
  const phone = await system.caller();
  const amd = await phone.call('killed-amd');
  await amd.answered;
  await eventually(async () => /ariflow-amd/.test(await system.asterisk.cli('core show channels')));
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
  expect(await delayOf(echo, 620)).toBeLessThan(1_500);
  expect(amd.isEnded).toBe(false);
  await Promise.all([echo.bye(), amd.bye()]);
  for (const what of ['killed-echo', 'killed-amd']) await system.history(await system.callTo(what));
});
