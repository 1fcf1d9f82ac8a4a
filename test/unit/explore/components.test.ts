import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loopsOf } from '../../../src/explore/components.ts';

const graph = (edges: Readonly<Record<string, string>>) =>
  new Map(Object.entries(edges).map(([node, next]) => [node, new Set(next)] as const));

const found = (edges: Readonly<Record<string, string>>) =>
  loopsOf(graph(edges))
    .map((loop) => loop.toSorted().join(''))
    .toSorted();

test('a way without a loop has none', () => {
  expect(found({ a: 'b', b: 'cd', c: 'd', d: '' })).toEqual([]);
});

test('loops are found, those of one node, and those that nothing leads to, too', () => {
  expect(found({ a: 'b', b: 'c', c: 'bd', d: 'd', e: 'f', f: 'e' })).toEqual(['bc', 'd', 'ef']);
});

test('each is whole: its nodes lead to each other, and to nobody else who leads back', () => {
  const nodes = [...'abcdefgh'];
  const edges = fc.dictionary(
    fc.constantFrom(...nodes),
    fc.subarray(nodes).map((to) => to.join('')),
  );
  fc.assert(
    fc.property(edges, (written) => {
      const all = Object.fromEntries(nodes.map((node) => [node, written[node] ?? '']));
      const reach = (from: string): string => {
        const seen = new Set<string>();
        const left = [...(all[from] ?? '')];
        for (let node = left.pop(); node; node = left.pop())
          if (!seen.has(node)) {
            seen.add(node);
            left.push(...(all[node] ?? ''));
          }
        return [...seen].join('');
      };
      const groups = nodes
        .filter((node) => reach(node).includes(node))
        .map((node) =>
          [...reach(node)]
            .filter((other) => reach(other).includes(node))
            .toSorted()
            .join(''),
        );
      expect(found(all)).toEqual([...new Set(groups)].toSorted());
    }),
  );
});

test('a long way takes no stack', () => {
  const long = new Map(
    Array.from({ length: 50_000 }, (_, index) => [String(index), new Set([String(index + 1)])]),
  );
  long.set('50000', new Set(['0']));
  expect(loopsOf(long).map(({ length }) => length)).toEqual([50_001]);
});
