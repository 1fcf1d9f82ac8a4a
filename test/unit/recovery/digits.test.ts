import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CallFixture, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function over(life: CallFixture): Promise<void> {
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
}

const facts = ({ flow }: CallFixture) => ({
  at: flow.at,
  digits: flow.variable('voipbin.call.digits'),
  result: flow.variable('voipbin.digits_receive.result'),
});

async function asking(option: Readonly<Record<string, unknown>>): Promise<CallFixture> {
  const given = givenCall();
  given.runOne('digits_receive', option);
  await pass();
  return given;
}

describe('digits_receive', () => {
  test('has the digits of before, and those of afterwards', async () => {
    const given = await asking({ duration: 10_000, length: 4 });
    given.press('12');
    await pass(1_000);
    const life = await given.restart({ later: 2_000 });
    life.press('3');
    await pass(1_000);
    expect(facts(life).at).toBe('it');
    life.press('4');
    await pass();
    expect(facts(life)).toEqual({ at: 'after', digits: '1234', result: 'length' });
    expect(life.of('digits_received')).toMatchObject([{ digits: '1234' }]);
    await over(life);
  });

  test('waits as long as it would have', async () => {
    const given = await asking({ duration: 10_000, length: 4 });
    given.press('1');
    await pass(4_000);
    const life = await given.restart({ later: 3_000 });
    await pass(2_999);
    expect(facts(life).at).toBe('it');
    await pass(1);
    expect(facts(life)).toEqual({ at: 'after', digits: '1', result: 'timeout' });
    await over(life);
  });

  test('waits for the next digit as long as it would have', async () => {
    const given = await asking({ duration: 60_000, length: 4, inter_digit_timeout: 5_000 });
    given.press('1');
    await pass(1_000);
    const life = await given.restart();
    await pass(3_999);
    expect(facts(life).at).toBe('it');
    await pass(1);
    expect(facts(life)).toMatchObject({ at: 'after', digits: '1', result: 'timeout' });
    await over(life);
  });

  test('its time stands still while the phone holds, over the gap too', async () => {
    const given = await asking({ duration: 10_000, length: 4 });
    given.press('1');
    await pass(4_000);
    given.hold(true);
    await pass(20_000);
    const life = await given.restart({ later: 10_000 });
    await pass(30_000);
    life.hold(false);
    await pass(5_999);
    expect(facts(life).at).toBe('it');
    await pass(1);
    expect(facts(life)).toMatchObject({ at: 'after', digits: '1', result: 'timeout' });
    await over(life);
  });

  test('drops what was typed ahead once, and not what was typed before the daemon died', async () => {
    const given = givenCall();
    given.press('99');
    given.runOne('digits_receive', { duration: 10_000, length: 2, clear: true });
    await pass();
    given.press('1');
    const life = await given.restart();
    life.press('2');
    await pass();
    expect(facts(life)).toEqual({ at: 'after', digits: '12', result: 'length' });
    await over(life);
  });

  test('goes on listening to what is said', async () => {
    const given = await asking({ input: ['dtmf', 'speech'], duration: 10_000, hints: { sales: '1' } });
    await pass(1_000);
    const life = await given.restart({ later: 1_000 });
    await pass();
    expect(life.hearing.ears).toHaveLength(2);
    life.hearing.ears[1]?.hear('sales');
    await pass(2_000);
    expect(facts(life)).toEqual({ at: 'after', digits: '1', result: 'speech' });
    await over(life);
  });

  test('hears nobody any more once a digit was typed', async () => {
    const given = await asking({ input: ['dtmf', 'speech'], duration: 10_000, length: 2 });
    await pass(1_000);
    given.press('1');
    await pass(1_000);
    const life = await given.restart();
    await pass(1_000);
    expect(life.hearing.ears).toHaveLength(1);
    life.press('2');
    await pass();
    expect(facts(life)).toEqual({ at: 'after', digits: '12', result: 'length' });
    await over(life);
  });
});

test('digits_send: Asterisk was asked once, and the flow goes on when the last one is out', async () => {
  const given = givenCall();
  given.runOne('digits_send', { digits: '123456', duration: 500, interval: 500 });
  await pass(2_200); // between the second and the third
  const life = await given.restart({ later: 1_000 });
  await pass(2_399);
  expect(life.flow.at).toBe('it');
  await pass(1);
  expect([life.flow.at, life.channel.sentDigits]).toEqual(['after', '123456']);
  await over(life);
});

test('sleep and echo last as long as they would have', async () => {
  for (const type of ['sleep', 'echo', 'stream_echo']) {
    const given = givenCall();
    given.runOne(type, { duration: 10_000 });
    await pass(4_000);
    const bridges = [...given.asterisk.bridges.keys()];
    const life = await given.restart({ later: 3_000 });
    expect([...life.asterisk.bridges.keys()]).toEqual(bridges);
    await pass(2_900);
    expect(life.flow.at).toBe('it');
    await pass(100);
    expect(life.flow.at).toBe('after');
    await over(life);
  }
});
