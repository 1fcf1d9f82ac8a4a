import { expect, test } from 'vitest';
import { soundFinder } from '../../../src/sounds/sound-finder.ts';

test('a sound is there where it was uploaded, or Asterisk has it; once Asterisk says nothing it is asked no more', async () => {
  const asked: string[] = [];
  const answers = new Map([
    ['beep', true],
    ['nope', false],
  ]);
  const hasSound = soundFinder({ has: async (name) => name === 'mine' }, async (name) => {
    asked.push(name);
    return answers.get(name);
  });
  const found = [];
  for (const name of ['mine', 'beep', 'nope', 'silence', 'nope']) found.push(await hasSound(name));
  expect(found).toEqual([true, true, false, true, true]);
  expect(asked).toEqual(['beep', 'nope', 'silence']);
});
