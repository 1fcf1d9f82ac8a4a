import { expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { loadActions } from '../../../src/flows/load-actions.ts';
import type { FlowToRun } from '../../../src/ports/flow-to-run.ts';
import type { Waiting } from '../../../src/simulator/caller.ts';
import { simulate } from '../../../src/simulator/simulation.ts';
import type { Simulated } from '../../../src/simulator/simulation-options.ts';
import { isSoak } from '../../support/scale.ts';

const catalogue = await loadActions();

function flowOf(...actions: readonly object[]): FlowToRun {
  const checked = checkFlow(actions, catalogue);
  expect(checked.problems).toEqual([]);
  return { id: zeroId, actions: checked.actions };
}

/** What it was like for the caller, and where the flow went. */
function lines({ steps }: Simulated): string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'action') return [`${step.at} ${step.type}`];
    if (step.kind === 'heard') return [`${step.at} "${step.text}"`];
    if (step.kind === 'input') return [`${step.at} ${step.did} ${step.what}`.trim()];
    return [];
  });
}

const menu = flowOf(
  { id: 'ask', type: 'talk', option: { text: 'Press 1.', digits_handle: 'next' } },
  { id: 'digits', type: 'digits_receive', option: { duration: 5_000, length: 1 } },
  {
    id: 'branch',
    type: 'branch',
    option: { target_ids: { 1: 'sales' }, default_target_id: 'bye' },
  },
  { id: 'sales', type: 'talk', option: { text: 'Sales.' }, next_id: 'end' },
  { id: 'bye', type: 'talk', option: { text: 'Goodbye.' } },
  { id: 'end', type: 'hangup' },
);

test('a caller who presses a key hears what is behind it', async () => {
  const simulated = await simulate({ catalogue, flow: menu, caller: { digits: ['1'] } });
  expect(lines(simulated)).toEqual([
    '0 talk',
    '770 "Press 1."',
    '770 digits_receive',
    '770 press 1',
    '1270 branch',
    '1270 talk',
    '1910 "Sales."',
    '1910 hangup',
  ]);
  expect(simulated.ended).toEqual({ how: 'flow', reason: 'normal', at: 1_910 });
  expect(simulated.isGood).toBe(true);
  expect(simulated.variables).toMatchObject({ 'voipbin.digits_receive.result': 'length' });
});

test('one who is asked says what he does, and may hang up', async () => {
  const asked: Waiting[] = [];
  const simulated = await simulate({
    catalogue,
    flow: menu,
    caller: (waiting) => {
      asked.push(waiting);
      return { hangup: true };
    },
  });
  expect(asked).toMatchObject([
    { at: 770, index: 0, action: { id: 'digits' }, takesKeys: true, takesSpeech: false, isRecording: false },
  ]);
  expect(simulated.ended).toMatchObject({ how: 'caller', at: 1_270 });
});

test('one who does nothing waits as long as the flow does', async () => {
  const simulated = await simulate({ catalogue, flow: menu });
  expect(lines(simulated)).toContain('5770 branch');
  expect(lines(simulated).at(-2)).toBe('6540 "Goodbye."');
});

test('eight hours are over in a moment', async () => {
  const hour = { type: 'sleep', option: { duration: 3_600_000 } };
  const flow = flowOf({ type: 'answer' }, ...Array.from({ length: 8 }, () => hour));
  await simulate({ catalogue, flow: menu });
  const began = performance.now();
  const { ended } = await simulate({ catalogue, flow });
  expect(performance.now() - began).toBeLessThan(200);
  expect(ended).toEqual({ how: 'flow', reason: 'normal', at: 28_800_000 });
});

test('the same seed gives the same steps, ids and all, however often', async () => {
  const run = async (seed: number): Promise<string> =>
    JSON.stringify(await simulate({ catalogue, flow: menu, caller: { digits: ['1'] }, seed }));
  const first = await run(7);
  for (let count = 0; count < (isSoak ? 1_000 : 100); count++) expect(await run(7)).toBe(first);
  expect(await run(8)).not.toBe(first);
});

test('pauses of SSML take their time, and what is none fails as it does for a real caller', async () => {
  const heard = async (text: string) => {
    const flow = flowOf(
      { id: 'talk', type: 'talk', option: { text }, on_error_id: 'sorry' },
      { type: 'hangup' },
      { id: 'sorry', type: 'talk', option: { text: 'Sorry.' } },
    );
    return lines(await simulate({ catalogue, flow }));
  };
  expect(await heard('<speak>One<break time="3s"/>two<break strength="strong"/></speak>')).toEqual([
    '0 talk',
    '4105 "One two"',
    '4105 hangup',
  ]);
  expect(await heard('<speak>One')).toEqual(['0 talk', '0 talk', '640 "Sorry."']);
});

test('whether a sound is there is assumed once, and of a beep it is known', async () => {
  const flow = flowOf({ type: 'beep' }, { type: 'play', option: { stream_urls: ['sound:x', 'sound:x'] } });
  const { steps } = await simulate({ catalogue, flow });
  expect(steps.flatMap((step) => (step.kind === 'assumed' ? [step.what] : []))).toEqual([
    'the sound x is there',
  ]);
});

test('a reply may be for one method', async () => {
  const asked = flowOf({
    type: 'webhook_send',
    option: { ...{ sync: true, uri: 'https://crm.example/x', method: 'POST', data: '{}' } },
  });
  const webhooks = [
    { method: 'GET', url: 'https://crm.example/*', status: 500 },
    { method: 'POST', url: 'https://crm.example/*', status: 201, body: '{}' },
  ];
  const { steps } = await simulate({ catalogue, flow: asked, webhooks });
  expect(steps.flatMap((step) => (step.kind === 'request' ? [step.status] : []))).toEqual([201]);
});
