import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CallFixture, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const destination = { type: 'sip', target: 'nurse@127.0.0.1' };
const referring = (given: CallFixture, option: object = {}) =>
  given.run(
    { id: 'it', type: 'sip_refer', option: { destination, ...option } },
    { id: 'after', ...longSleep },
  );
const asked = (given: CallFixture) =>
  given.asterisk.asked.filter((name) => name === 'continueInDialplan').length;
const success = { status: 'SUCCESS', code: 0, after: 700 };

test('hangs up where the phone has got through, and tells it', async () => {
  const given = givenCall({ state: 'Up' });
  given.asterisk.dialplan.referral = success;
  const flow = referring(given);
  await pass(700);
  await flow.done;
  expect(given.channel.variables.get('ARIFLOW_REFER')).toBe('sip:nurse@127.0.0.1:5060');
  expect(given.of('refer_finished')).toMatchObject([{ result: 'transferred', sip_code: 200 }]);
  expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'normal' }]);
  given.expectNothingLeft();
});

test('goes on where that is wanted, and where it came to nothing', async () => {
  const given = givenCall({ state: 'Up' });
  given.asterisk.dialplan.referral = success;
  const flow = referring(given, { hangup: false });
  await pass(700);
  expect([flow.at, flow.variable('voipbin.refer.result')]).toEqual(['after', 'transferred']);
  const other = givenCall();
  const busy = referring(other);
  await pass(1_000);
  expect(busy.at).toBe('after');
  expect(['result', 'sip_code'].map((name) => busy.variable(`voipbin.refer.${name}`))).toEqual([
    'failed',
    '486',
  ]);
  expect(other.call.isUp).toBe(true);
});

test('asks once, whenever the daemon is killed', async () => {
  for (let at = 0; at <= 900; at += 150)
    for (const isUnwritten of [false, true]) {
      const given = givenCall({ state: 'Up' });
      referring(given);
      if (isUnwritten) given.rows.dropTheRest();
      await pass(at);
      const after = await given.restart();
      await pass(5_000);
      expect([after.record?.current_action.id, asked(after)], `killed after ${at} ms`).toEqual(['after', 1]);
      after.hangup();
      await pass(10_000);
      after.expectNothingLeft();
    }
});

test('asks once, even where the call comes back while a daemon that has just begun looks for it', async () => {
  const given = givenCall({ state: 'Up' });
  referring(given);
  await pass(150);
  const after = await given.restart();
  const { variables } = after.channel;
  const read = variables.get.bind(variables);
  variables.get = (name) => {
    const value = read(name);
    if (name === 'TRANSFERSTATUS' && value === '' && !after.channel.isInStasis) {
      variables.set(name, 'SUCCESS');
      after.asterisk.dialplan.comeBack(after.channel, ['back']);
    }
    return value;
  };
  await pass(5_000);
  expect(asked(after)).toBe(1);
  expect(after.of('refer_finished')).toHaveLength(1);
});

test('asks when the store knows of it, and not much later where that is away', async () => {
  const given = givenCall({ state: 'Up' });
  given.rows.isAway = true;
  referring(given);
  await pass(4_900);
  expect(asked(given)).toBe(0);
  await pass(200);
  expect(asked(given)).toBe(1);
});

test.each([
  [{ type: 'sip', target: 'nurse@10.1.2.3' }, 'DESTINATION_NOT_ALLOWED'],
  [{ type: 'sip', target: 'no address' }, 'INVALID_DESTINATION'],
  [{ type: 'tel', target: '112' }, 'DESTINATION_NOT_ALLOWED'],
])('nobody is asked to call %o', async (where, code) => {
  const given = givenCall({ state: 'Up' });
  const flow = referring(given, { destination: where });
  await pass(1_000);
  expect([flow.at, given.failures, asked(given)]).toEqual(['after', [code], 0]);
});

test('needs a context in the dialplan', async () => {
  const given = givenCall({ state: 'Up' });
  given.channel.variables.set('DIALPLAN_EXISTS(ariflow-refer,s,1)', '0');
  const flow = referring(given);
  await pass(1_000);
  expect([flow.at, given.failures, given.call.isEnded]).toEqual(['after', ['REFER_FAILED'], false]);
});
