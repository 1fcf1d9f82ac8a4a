import { afterEach, expect, test, vi } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { loadActions } from '../../../src/flows/load-actions.ts';
import { type Given, Installing } from '../../../src/simulator/installing.ts';
import { simulate } from '../../../src/simulator/simulation.ts';
import type { SimulationOptions } from '../../../src/simulator/simulation-options.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';

const catalogue = await loadActions();
afterEach(() => void vi.restoreAllMocks());

const hour = 3_600_000;
const eightHours = 8 * hour;
const id = '4b1e9a52-4e0c-4ff3-8c8e-4b1a1d7c0f01';

const given = (folder: string, fields: object): Given => ({
  ...{ folder, id, fields: { ...fields } },
  said: ({ path, message }) => `${folder}: ${path}: ${message}`,
});
const installing = new Installing(
  [
    given('queues', { name: 'desk', tag_ids: [id] }),
    given('agents', { username: 'ada', addresses: [{ type: 'extension', target: '1001' }] }),
    given('conferences', { name: 'meeting' }),
    given('mailboxes', { name: 'box', max_duration: 3_600 }),
  ],
  catalogue,
);

interface Wait extends Pick<SimulationOptions, 'hangupAfter' | 'parties' | 'webhooks'> {
  readonly actions: readonly object[];
}

const answer = { type: 'answer' };
const eight = (type: string, option: object) => Array.from({ length: 8 }, () => ({ type, option }));
const asleep = eight('sleep', { duration: hour });
const leaves = { hangupAfter: eightHours };
const talks = { parties: { answers: 'human', talks: eightHours } } as const;

/** Each waits for eight hours: by itself, or until the caller has hung up. */
const waits: Readonly<Record<string, Wait>> = {
  sleep: { actions: [answer, ...asleep] },
  'sleep before the answer': { actions: asleep },
  digits_receive: { actions: [answer, ...eight('digits_receive', { duration: hour })] },
  'digits_receive for words': {
    actions: [answer, ...eight('digits_receive', { duration: hour, input: ['speech'] })],
  },
  'digits_receive in a loop': {
    actions: [
      ...[answer, { id: 'key', type: 'digits_receive', option: { duration: 60_000 } }],
      { type: 'goto', option: { target_id: 'key', loop_count: 479 } },
    ],
  },
  echo: { actions: [answer, ...eight('echo', { duration: hour })] },
  moh: { actions: [answer, { type: 'moh' }, ...asleep] },
  hold: { actions: [answer, { type: 'hold' }, ...asleep] },
  external_media_start: {
    actions: [
      answer,
      { type: 'external_media_start', option: { external_host: '127.0.0.1:9999' } },
      ...asleep,
    ],
  },
  transcribe_start: {
    actions: [answer, { type: 'transcribe_start', option: { language: 'en-US' } }, ...asleep],
  },
  recording_start: { actions: [answer, { type: 'recording_start' }, ...asleep] },
  record: { actions: [{ type: 'record', option: { duration: 28_800, end_of_silence: 0 } }] },
  voicemail: {
    actions: Array.from({ length: 8 }, () => ({
      type: 'voicemail',
      option: { mailbox_id: id, end_of_silence: 0 },
    })),
  },
  menu: {
    actions: [
      {
        type: 'menu',
        option: { prompts: [{ text: 'One?' }], targets: { 1: 'end' }, first_digit_timeout: hour, retries: 7 },
      },
      { id: 'end', type: 'hangup' },
    ],
  },
  gather: {
    actions: [
      { type: 'gather', option: { prompts: [{ text: 'One?' }], first_digit_timeout: hour, retries: 7 } },
    ],
  },
  connect: {
    actions: [answer, { type: 'connect', option: { destinations: [{ type: 'extension', target: '1001' }] } }],
    ...talks,
  },
  agent_call: { actions: [answer, { type: 'agent_call', option: { agent_id: id } }], ...talks },
  queue_join: { actions: [{ type: 'queue_join', option: { queue_id: id } }], ...leaves },
  confbridge_join: { actions: [{ type: 'confbridge_join', option: { confbridge_id: id } }], ...leaves },
  conference_join: { actions: [{ type: 'conference_join', option: { conference_id: id } }], ...leaves },
  dialplan_continue: {
    actions: [answer, { type: 'dialplan_continue', option: { context: 'from-internal' } }],
    ...leaves,
  },
  webhook_send: {
    actions: [
      answer,
      ...Array.from({ length: 480 }, () => ({
        type: 'webhook_send',
        option: { sync: true, uri: 'https://crm.example/', timeout: 60_000 },
      })),
    ],
    webhooks: [{ url: '*', delay: hour }],
  },
};

/** Nothing is done more often than every few seconds while nothing happens. */
const mostInstants = 7_000;

/** Far more than it takes, in milliseconds: other things are done beside it. */
const longest = 4_000;

test.for(Object.entries(waits))('eight hours are over in a moment: %s', async ([, { actions, ...more }]) => {
  const checked = checkFlow(actions, catalogue);
  expect([...checked.problems, ...installing.problems]).toEqual([]);
  const instants = vi.spyOn(VirtualClock.prototype, 'goOn');
  const began = performance.now();
  const { ended } = await simulate({
    ...{ catalogue, installation: installing.installation, ...more },
    flow: { id: zeroId, actions: checked.actions },
  });
  expect(performance.now() - began).toBeLessThan(longest);
  expect(ended).toMatchObject({ reason: expect.stringMatching(/^(normal|dialplan)$/) });
  if (ended.reason !== 'dialplan') expect(ended.at).toBeGreaterThanOrEqual(eightHours);
  expect(instants.mock.calls.length).toBeLessThan(mostInstants);
});
