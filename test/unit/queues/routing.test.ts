import { describe, expect, test } from 'vitest';
import { agentFor, serves } from '../../../src/queues/routing.ts';
import { givenQueue } from '../../support/fake-queues.ts';
import { givenAgent } from '../../support/store-kept-contract.ts';

const addresses = [{ type: 'extension', target: '1001', target_name: '', name: '', detail: '' }];
const agent = (fields: object = {}) => givenAgent({ addresses, ...fields });

describe('an agent serves a queue', () => {
  test.each([
    [[], [], true],
    [[], ['a'], true],
    [['a'], [], false],
    [['a'], ['b'], false],
    [['a', 'b'], ['b', 'c'], true],
  ])('with tags %j: one with %j → %j', (wanted, has, expected) => {
    expect(serves(agent({ tag_ids: has }), givenQueue({ tag_ids: wanted }))).toBe(expected);
  });

  test('only where there is a phone to ring', () => {
    expect(serves(agent({ addresses: [] }), givenQueue())).toBe(false);
  });
});

describe('of several', () => {
  test('any is rung, each as likely', () => {
    const free = [agent(), agent(), agent()];
    const chosen = [0, 0.34, 0.99].map((random) => agentFor(givenQueue(), free, { random: () => random }));
    expect(chosen).toEqual(free);
  });

  test('the one whose status has not changed for longest is, where that is wanted', () => {
    const free = ['2', '1', '3'].map((tm_update) => agent({ tm_update }));
    expect(agentFor(givenQueue({ routing_method: 'longest_idle' }), free)).toBe(free[1]);
  });

  test('nobody is where nobody serves the queue', () => {
    for (const routing_method of ['random', 'longest_idle'] as const)
      expect(agentFor(givenQueue({ routing_method, tag_ids: ['a'] }), [agent()])).toBeUndefined();
  });
});
