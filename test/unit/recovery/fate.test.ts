import { expect, test } from 'vitest';
import { fateOf, type LeftFacts } from '../../../src/recovery/fate.ts';

const given: LeftFacts = { isReadable: true, hasChannel: true, with: 'flow', canResume: true };

test.each<readonly [string, Partial<LeftFacts>, ReturnType<typeof fateOf>]>([
  ['with its flow at an action that can be begun again goes on', {}, 'resume'],
  ['with its flow at one that cannot ends', { canResume: false }, 'end'],
  ['that is a leg goes on with the call it was made for', { with: 'master', canResume: false }, 'resume'],
  ['that is in the dialplan goes on there', { with: 'dialplan', canResume: false }, 'resume'],
  ['that nobody goes on with ends', { with: 'nobody' }, 'end'],
  ['whose channel is gone is lost', { hasChannel: false }, 'lost'],
  ['of which Asterisk cannot be asked is lost', { hasChannel: undefined }, 'lost'],
  ['whose channel is gone is lost, whoever goes on with it', { hasChannel: false, with: 'master' }, 'lost'],
  ['of which only the record can be read is lost', { isReadable: false }, 'lost'],
])('a call %s', (_, facts, fate) => {
  expect(fateOf({ ...given, ...facts })).toBe(fate);
});
