import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CallFixture, type GivenCall, givenCall, pass } from '../../support/call-fixture.ts';
import { tone } from '../../support/tones.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface GivenAmd extends GivenCall {
  readonly says: string;
  readonly after: number;
}

/** A call whose party is judged so, at the action. */
async function judged(
  { says, after, ...call }: GivenAmd,
  option: Readonly<Record<string, unknown>> = {},
): Promise<CallFixture> {
  const given = givenCall(call);
  given.asterisk.dialplan.verdict = { status: says, cause: `${says}-1`, after };
  given.runOne('amd', option);
  await pass();
  return given;
}

const facts = ({ flow }: CallFixture) =>
  ['status', 'cause', 'duration'].map((name) => flow.variable(`voipbin.amd.${name}`));

async function over(life: CallFixture): Promise<void> {
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
}

test('the verdict of the one that listens is waited for', async () => {
  const given = await judged({ says: 'HUMAN', after: 3_000 });
  await pass(1_000);
  const life = await given.restart({ later: 500 });
  await pass(1_000);
  expect(life.flow.at).toBe('it');
  await pass(500);
  expect([life.flow.at, facts(life)]).toEqual(['after', ['HUMAN', 'HUMAN-1', '3000']]);
  expect(life.of('amd_finished')).toHaveLength(1);
  expect(life.asterisk.asked.filter((name) => name === 'snoopChannelWithId')).toHaveLength(1);
  await over(life);
});

test('a verdict that came while nobody was there is read', async () => {
  const given = await judged({ says: 'MACHINE', after: 1_500 });
  await pass(1_000);
  const life = await given.restart({ later: 2_000 });
  await pass();
  expect([life.flow.at, facts(life)]).toEqual(['after', ['MACHINE', 'MACHINE-1', '3000']]);
  await over(life);
});

test('a verdict is read however late the next start is', async () => {
  const given = await judged({ says: 'MACHINE', after: 1_500 });
  await pass(1_000);
  const life = await given.restart({ later: 20_000 });
  await pass();
  expect([life.flow.at, facts(life).slice(0, 2)]).toEqual(['after', ['MACHINE', 'MACHINE-1']]);
  await over(life);
});

test('where it is lost, nobody knows who has answered', async () => {
  const given = await judged({ says: 'MACHINE', after: 60_000 });
  await pass(1_000);
  const snoop = [...given.asterisk.channels.values()].find(({ name }) => name.startsWith('Snoop/'));
  const life = await given.restart({
    later: 1_000,
    meanwhile: () => snoop && given.asterisk.end(snoop, { by: 'us' }),
  });
  await pass();
  expect([life.flow.at, facts(life).slice(0, 2)]).toEqual(['after', ['NOTSURE', 'LOST']]);
  await over(life);
});

test('a machine is hung up although its flow has gone on before', async () => {
  const given = await judged({ says: 'MACHINE', after: 3_000 }, { machine_handle: 'hangup', async: true });
  await pass(1_000);
  expect(given.record?.current_action.id).toBe('after');
  const life = await given.restart();
  await pass(1_999);
  expect(life.call.isEnded).toBe(false);
  await pass(1);
  expect(life.of('amd_finished')).toMatchObject([{ status: 'MACHINE' }]);
  await pass(10_000);
  expect(life.of('call_hungup')).toMatchObject([{ hangup_reason: 'amd' }]);
  life.expectNothingLeft();
});

const waiting = { wait_for: 'beep', beep_timeout: 20_000 };

test('a beep is waited for as long as it would have been', async () => {
  const given = await judged({ says: 'MACHINE', after: 1_000 }, waiting);
  await pass(5_000);
  const life = await given.restart({ later: 2_000 });
  await pass(13_999);
  expect(life.flow.at).toBe('it');
  await pass(1);
  expect([life.flow.at, life.of('amd_finished').length]).toEqual(['after', 1]);
  await over(life);
});

test('a beep is heard in the next life', async () => {
  const given = await judged({ says: 'MACHINE', after: 1_000 }, waiting);
  await pass(5_000);
  const life = await given.restart({ later: 2_000 });
  await pass(1_000);
  expect(life.audio.listening).toBe(1);
  life.audio.say(tone(1_000, 8 * 400));
  life.audio.say(new Int16Array(8 * 200));
  await pass();
  expect([life.flow.at, life.of('amd_finished').length]).toEqual(['after', 1]);
  await over(life);
});
