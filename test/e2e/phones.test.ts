import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
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
