import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ActionJson } from '../../../src/ports/action-json.ts';
import { type CallFixture, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const end = ['after', 'nothing', 'wrong'].map((id) => ({ id, ...longSleep }));

/** What a caller does, in milliseconds of his call, whoever is killed meanwhile. */
async function through(
  action: Pick<ActionJson, 'type' | 'option'>,
  presses: Readonly<Record<number, string>>,
  { killedAfter, length }: { readonly killedAfter: number; readonly length: number },
): Promise<CallFixture> {
  const given = givenCall({ soundLength: 1_000 });
  given.run({ id: 'it', ...action }, ...end);
  let life = given;
  for (let time = 0; time < length; time += 250) {
    const keys = presses[time];
    if (keys) life.press(keys);
    if (time === killedAfter) life = await life.restart();
    await pass(250);
  }
  return life;
}

async function over(life: CallFixture): Promise<void> {
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
}

const said = (life: CallFixture) => life.speech.requests.map(({ text }) => text);

const prompts = (...texts: readonly string[]) => texts.map((text) => ({ text }));

test('gather goes on in a daemon that is killed, wherever: asked again, read back, confirmed', async () => {
  const action = {
    type: 'gather',
    option: {
      ...{ prompts: prompts('Number?'), no_match_prompts: prompts('No.'), min_length: 4, max_length: 4 },
      ...{ read_back_prompts: prompts('You said'), confirm_prompts: prompts('Right?') },
      ...{ no_input_target_id: 'nothing', no_match_target_id: 'wrong' },
    },
  };
  const presses = { 500: '12#', 3000: '1234', 9500: '2', 11000: '5678', 15000: '1' };
  for (let killedAfter = 0; killedAfter <= 16_000; killedAfter += 500) {
    const life = await through(action, presses, { killedAfter, length: 18_000 });
    expect([killedAfter, life.record?.current_action.id]).toEqual([killedAfter, 'after']);
    expect([killedAfter, life.flow.variable('voipbin.gather.value')]).toEqual([killedAfter, '5678']);
    await over(life);
  }
});

test('menu goes on in a daemon that is killed, wherever: nothing, a wrong key, again, a choice', async () => {
  const action = {
    type: 'menu',
    option: {
      ...{
        prompts: prompts('One', 'Two'),
        no_match_prompts: prompts('No.'),
        no_input_prompts: prompts('Eh?'),
      },
      ...{ targets: { '1': 'after', '12': 'wrong' }, repeat_key: '*', first_digit_timeout: 2_000 },
      ...{ inter_digit_timeout: 1_000, no_input_target_id: 'nothing', no_match_target_id: 'nothing' },
    },
  };
  const presses = { 5000: '7', 6500: '*', 8000: '1' };
  for (let killedAfter = 0; killedAfter <= 9_500; killedAfter += 500) {
    const life = await through(action, presses, { killedAfter, length: 11_000 });
    expect([killedAfter, life.record?.current_action.id]).toEqual([killedAfter, 'after']);
    const told = life.published.filter(({ type }) => type === 'digits_received').length;
    expect([killedAfter, told >= 2]).toEqual([killedAfter, true]);
    expect(new Set(said(life)).has('Eh?')).toBe(true);
    await over(life);
  }
});
