import { expect, test } from 'vitest';
import type { TrunkRecord } from '../../../src/trunks/trunk-record.ts';
import { Trunking } from '../../../src/trunks/trunking.ts';
import { givenTrunk } from '../../support/given-trunks.ts';

const one = '7a1c2b3d-0000-4000-8000-000000000001';
const two = '7a1c2b3d-0000-4000-8000-000000000002';

function given(...fields: readonly Partial<TrunkRecord>[]) {
  const trunks = fields.map((each, index) =>
    givenTrunk({ id: [one, two][index] ?? '', order: index + 1, ...each }),
  );
  return { trunks, trunking: new Trunking(() => trunks) };
}

const refusal = (code: string) => expect.objectContaining({ code });

test('a trunk whose channels are all used is passed over, until one is given back', () => {
  const { trunking } = given({ channels: 1 }, { channels: 2 });
  const first = trunking.take('+4930');
  expect(first.trunkId).toBe(one);
  const others = [trunking.take('+4930'), trunking.take('+4930')];
  expect(others.map(({ trunkId }) => trunkId)).toEqual([two, two]);
  expect(() => trunking.take('+4930')).toThrow(refusal('TOO_MANY_CALLS'));
  first.giveBack();
  first.giveBack();
  expect([trunking.calls(one), trunking.calls(two)]).toEqual([0, 2]);
  expect(trunking.take('+4930').trunkId).toBe(one);
});

test('calls that come in count, and all of several have room or none', () => {
  const { trunking } = given({ channels: 3 });
  const end = trunking.keep(one);
  expect(() => trunking.check('+1', '+2', '+3')).toThrow(refusal('TOO_MANY_CALLS'));
  trunking.check('+1', '+2');
  end();
  trunking.check('+1', '+2', '+3');
  expect(trunking.calls(one)).toBe(0);
});

test('behind a trunk there are those that come after it, where it lets calls go on', () => {
  const { trunking, trunks } = given({ failover: true }, { failover: true });
  expect([trunking.mayGoOn('+1', one), trunking.mayGoOn('+1', two)]).toEqual([true, false]);
  expect(trunking.take('+1', one).trunkId).toBe(two);
  expect(() => trunking.take('+1', two)).toThrow(refusal('TOO_MANY_CALLS'));
  trunks[0] = givenTrunk({ ...trunks[0], failover: false });
  expect(trunking.mayGoOn('+1', one)).toBe(false);
  trunks.shift();
  expect(trunking.mayGoOn('+1', one)).toBe(false);
});

test('a number that no trunk takes is told from one whose trunks are in use', () => {
  const { trunking } = given({ prefixes: [{ prefix: '+49', strip: 0, prepend: '' }], channels: 1 });
  trunking.checkTaken('+4930');
  expect(() => trunking.checkTaken('+1')).toThrow(refusal('NO_TRUNK'));
  expect(() => trunking.check('+1')).toThrow(refusal('NO_TRUNK'));
  trunking.take('+4930');
  trunking.checkTaken('+4930');
});
