import type { Problem } from '../../core/errors.ts';

/** By the places of what they are about: `actions[2]` before `actions[10]`. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return problems.toSorted((one, other) => compare(one.path, other.path));
}
