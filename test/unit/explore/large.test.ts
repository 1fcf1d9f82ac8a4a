import { expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { explore } from '../../../src/explore/explore.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue } from '../../support/call-fixture.ts';

const menus = 10;

/** A menu, and behind its keys a request with three outcomes, a call, announcements, and jumps that count back to the menus around. */
function menu(number: number): readonly object[] {
  const id = `menu${number}`;
  const next = `menu${(number + 1) % menus}`;
  const key = (digit: number): string => `${id}-${digit}`;
  const keys = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((digit) => [digit, key(digit)]));
  const announcement = (digit: number): readonly object[] => [
    { id: key(digit), type: 'talk', option: { text: `This is ${id}.` } },
    { type: 'talk', option: { text: 'There is more to say.' } },
    { type: 'goto', option: { target_id: next, loop_count: 2 } },
    { type: 'goto', option: { target_id: 'bye' } },
  ];
  return [
    {
      ...{ id, type: 'menu' },
      option: {
        prompts: [{ text: `Menu ${number}.` }],
        targets: { ...keys, '9': next },
        ...{ no_input_target_id: next, no_match_target_id: 'bye' },
      },
    },
    {
      ...{ id: key(1), type: 'webhook_send' },
      option: {
        ...{ sync: true, uri: 'https://crm.example.com/', timeout: 3_000, failure_id: `${id}-sorry` },
        response: { map: [{ variable: `tier${number}`, path: '$.tier', mandatory: true }] },
      },
    },
    {
      type: 'branch',
      option: {
        variable: `tier${number}`,
        target_ids: { gold: key(2), silver: key(3) },
        default_target_id: key(4),
      },
    },
    ...[2, 3, 4].flatMap(announcement),
    { id: key(5), type: 'connect', option: { destinations: [{ type: 'extension', target: '1001' }] } },
    {
      type: 'branch',
      option: {
        variable: 'voipbin.connect.status',
        target_ids: { answered: 'bye' },
        default_target_id: `${id}-sorry`,
      },
    },
    ...[6, 7, 8].flatMap(announcement),
    { id: `${id}-sorry`, type: 'talk', option: { text: 'Sorry.' }, next_id: next },
  ];
}

test('300 actions with ten menus, each of which leads to others, end in seconds and are clean', async () => {
  const written = [
    ...Array.from({ length: menus }, (_, number) => menu(number)).flat(),
    { id: 'bye', type: 'talk', option: { text: 'Goodbye.' } },
  ];
  expect(written.length).toBeGreaterThanOrEqual(300);
  const { actions, problems } = checkFlow(written, catalogue);
  expect(problems).toEqual([]);
  const { findings, cut, runs, states } = await explore({ catalogue, flow: { id: zeroId, actions } });
  expect({ findings, cut }).toEqual({ findings: [], cut: undefined });
  expect(states).toBeGreaterThanOrEqual(300);
  // What takes seconds is a few hundred calls.
  expect(runs).toBeLessThan(1_000);
});
