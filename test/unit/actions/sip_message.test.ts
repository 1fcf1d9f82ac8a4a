import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('sends a text, whose backslashes stay, and goes on', async () => {
  const given = givenCall();
  const flow = given.runOne('sip_message', { text: 'a\\b ${x}, "c"' });
  await pass(100);
  expect([flow.at, given.asterisk.dialplan.texts]).toEqual(['after', ['a\\\\b , "c"']]);
  expect(given.call.isUp).toBe(true);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('sends it once, whenever the daemon is killed', async () => {
  const given = givenCall({ state: 'Up' });
  const flow = given.runOne('sip_message', { text: 'hello' });
  given.rows.dropTheRest();
  await pass(50);
  expect(flow.at).toBe('after');
  const after = await given.restart();
  await pass(1_000);
  expect([after.record?.current_action.id, after.asterisk.dialplan.texts]).toEqual(['after', ['hello']]);
});

test('needs a context in the dialplan', async () => {
  const given = givenCall({ state: 'Up' });
  given.channel.variables.set('DIALPLAN_EXISTS(ariflow-text,s,1)', '0');
  const flow = given.runOne('sip_message', { text: 'hello' });
  await pass(100);
  expect([flow.at, given.failures]).toEqual(['after', ['MESSAGE_FAILED']]);
});
