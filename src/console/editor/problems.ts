import type { Problem } from '../lib/api.ts';
import type { ActionJson } from './model.ts';

/** What is wrong with each action of the list, by its index, with the paths inside it. */
export function problemsByAction(problems: readonly Problem[]): ReadonlyMap<number, readonly Problem[]> {
  const all = new Map<number, Problem[]>();
  for (const { path, message } of problems) {
    const [, index, rest = ''] = /^actions\[(\d+)\](?:\.(.*))?$/.exec(path) ?? [];
    if (index === undefined) continue;
    const own = all.get(Number(index)) ?? [];
    all.set(Number(index), [...own, { path: rest, message }]);
  }
  return all;
}

/** What is wrong with one of these actions. Of two with the same id the daemon names the later one only. */
export function problemsOf(
  problems: readonly Problem[],
  actions: readonly ActionJson[],
  index: number,
): readonly Problem[] {
  const own = problemsByAction(problems).get(index) ?? [];
  const { id } = actions[index] ?? {};
  const isDouble = id !== undefined && actions.some((other, at) => at !== index && other.id === id);
  if (!isDouble || own.some(({ path }) => path === 'id')) return own;
  return [...own, { path: 'id', message: `duplicate id "${id}"` }];
}
