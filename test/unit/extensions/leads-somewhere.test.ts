import { expect, test } from 'vitest';
import { type Forward, noForward } from '../../../src/extensions/extension-record.ts';
import { leadsSomewhere } from '../../../src/extensions/leads-somewhere.ts';

const there = { type: 'tel', target: '+4930' } as const;

test.each<[string, Partial<Forward>, boolean, boolean, boolean]>([
  ['is there', {}, false, true, true],
  ['is not there', {}, false, false, false],
  ['is not there, and is forwarded then', { unavailable: there }, false, false, true],
  ['is not there, and is forwarded otherwise', { busy: there, no_answer: there }, false, false, false],
  ['is not to be disturbed', {}, true, true, false],
  ['is not to be disturbed, and is forwarded when busy', { busy: there }, true, false, true],
  ['is not to be disturbed, and is forwarded otherwise', { unavailable: there }, true, false, false],
  ['is always forwarded', { always: there }, true, false, true],
])('whether a call to a phone rings anywhere that %s', (_, forward, dnd, isRegistered, expected) => {
  const handling = { dnd, call_waiting: true, forward: { ...noForward, ...forward } };
  expect(leadsSomewhere(handling, isRegistered)).toBe(expected);
});
