import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
// What Asterisk says of a wrong password, and of a prompt that was not heard to its end.
afterEach(() => system.quiet([/1001.*(failed|authenticate)/i, /Playback failed for sound/]));
afterAll(() => system[Symbol.asyncDispose]());

test('a phone registers as 1001 from loopback, and its calls run flows', async () => {
  const phone = await system.desk('1001');
  expect(await phone.register()).toMatchObject({ status: 200 });
  const call = await phone.call('100');
  await call.answered;
  await until(() => call.heard.firstSoundAt(0), { what: 'speech' });
  await call.bye();
  const callId = await system.callTo('100');
  await system.history(callId);
  const created = system.sink.eventsOf(callId).find(({ type }) => type === 'call_created');
  expect(created?.data.source).toMatchObject({ type: 'tel', target: '1001' });
  expect(await phone.unregister()).toMatchObject({ status: 200 });
});

test('with a wrong password it is refused, while an unregistered test tool on the same machine calls on', async () => {
  await using phone = await Phone.open({
    server: `127.0.0.1:${system.asterisk.sipPort}`,
    user: '1001',
    password: 'wrong',
  });
  expect((await phone.register()).status).toBeGreaterThanOrEqual(401);
  const refused = await phone.call('100');
  expect((await refused.final).status).toBeGreaterThanOrEqual(401);
  const tool = await system.caller('sipp');
  const call = await tool.call('100');
  await call.answered;
  await call.bye();
  await system.history(await system.callTo('100'));
});

test('keep-alives inside a call are answered: OPTIONS and an empty INFO, of the caller and of the callee', async () => {
  await system.flowOn('110', [
    { type: 'connect', option: { destinations: [{ type: 'extension', target: '1002' }] } },
  ]);
  const callee = await system.desk('1002');
  callee.onInvite(answering({ tone: 1_200 }));
  expect(await callee.register()).toMatchObject({ status: 200 });
  const phone = await system.caller();
  const call = await phone.call('110');
  await until(() => call.heard.hears(1_200), { what: 'the callee' });
  const taken = await until(() => callee.incoming[0], { what: 'the call' });
  for (const dialog of [call, taken]) {
    for (const method of ['OPTIONS', 'INFO', 'OPTIONS', 'INFO'])
      expect(await dialog.request(method), method).toMatchObject({ status: 200 });
    const key = { body: 'Signal=5\r\nDuration=100\r\n', contentType: 'application/dtmf-relay' };
    expect(await dialog.request('INFO', key)).toMatchObject({ status: 200 });
  }
  // The call has gone on meanwhile.
  const from = call.heard.endedAt ?? 0;
  await until(() => (call.heard.endedAt ?? 0) > from + 300 && call.heard.hears(1_200), {
    what: 'the callee',
  });
  await call.bye();
  await system.history(await system.callTo('110'));
  await callee.unregister();
});
