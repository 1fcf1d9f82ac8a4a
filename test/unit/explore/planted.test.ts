import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { type Explored, explore } from '../../../src/explore/explore.ts';
import type { FindingKind } from '../../../src/explore/finding.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue } from '../../support/call-fixture.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/explore');

/** A flow each, and the one fault in it: its kind, and the action that it is found at. */
const planted: Readonly<Record<string, readonly [FindingKind, string]>> = {
  'unreachable-behind-a-hang-up': ['unreachable', 'actions[4]'],
  'unreachable-key-of-no-menu': ['unreachable', 'actions[4]'],
  'unreachable-two-digits-of-one': ['unreachable', 'actions[4]'],
  'unreachable-behind-an-endless-goto': ['unreachable', 'actions[4]'],
  'unreachable-speech-nobody-hears': ['unreachable', 'actions[2]'],
  'silence-of-a-pause': ['silence', 'actions[1]'],
  'silence-of-a-slow-server': ['silence', 'actions[1]'],
  'silence-of-tries': ['silence', 'actions[1]'],
  'silence-of-an-unannounced-input': ['silence', 'actions[1]'],
  'silence-behind-the-music': ['silence', 'actions[4]'],
  'loop-of-an-announcement': ['loop', 'actions[0]'],
  'loop-of-a-failing-request': ['loop', 'actions[0]'],
  'loop-by-next-id': ['loop', 'actions[0]'],
  'loop-of-a-busy-callee': ['loop', 'actions[0]'],
  'loop-of-polling': ['loop', 'actions[0]'],
  'cut-by-a-hang-up': ['cut_prompt', 'actions[0]'],
  'cut-by-a-room': ['cut_prompt', 'actions[0]'],
  'cut-by-the-limit-of-the-call': ['cut_prompt', 'actions[1]'],
  'cut-by-the-end-of-the-flow': ['cut_prompt', 'actions[1]'],
  'cut-by-an-echo': ['cut_prompt', 'actions[0]'],
  'unset-after-a-failure': ['unset_variable', 'actions[2]'],
  'unset-choice-before-the-menu': ['unset_variable', 'actions[0]'],
  'unset-on-one-of-two-ways': ['unset_variable', 'actions[2]'],
  'unset-by-a-slip': ['unset_variable', 'actions[1]'],
  'unset-record-that-comes-later': ['unset_variable', 'actions[0]'],
  'unhandled-request': ['unhandled_failure', 'actions[1]'],
  'unhandled-fetch': ['unhandled_failure', 'actions[1]'],
  'unhandled-callee': ['unhandled_failure', 'actions[1]'],
  'unhandled-queue': ['unhandled_failure', 'actions[1]'],
  'unhandled-chatbot': ['unhandled_failure', 'actions[1]'],
};

const namesIn = (folder: string) =>
  readdirSync(join(fixtures, folder)).map((name) => name.replace(/\.json$/, ''));

async function explored(folder: string, name: string): Promise<Explored> {
  const written: unknown = JSON.parse(readFileSync(join(fixtures, folder, `${name}.json`), 'utf8'));
  const { actions, problems } = checkFlow(written, catalogue);
  expect(problems).toEqual([]);
  return explore({ catalogue, flow: { id: zeroId, actions } });
}

describe('of 30 planted faults', () => {
  test('each has its flow', () => {
    expect(Object.keys(planted).toSorted()).toEqual(namesIn('faulty').toSorted());
    expect(Object.keys(planted)).toHaveLength(30);
  });

  test.each(Object.entries(planted))('%s is found, and nothing else', async (name, [kind, path]) => {
    const { findings, cut } = await explored('faulty', name);
    expect(findings.map((found) => [found.kind, found.path])).toEqual([[kind, path]]);
    expect(cut).toBeUndefined();
  });
});

describe('of 30 clean flows', () => {
  test('there are so many', () => expect(namesIn('clean')).toHaveLength(30));

  test.each(namesIn('clean'))('%s has nothing that is wrong', async (name) => {
    const { findings, cut } = await explored('clean', name);
    expect(findings).toEqual([]);
    expect(cut).toBeUndefined();
  });
});
