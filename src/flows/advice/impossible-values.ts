import type { Problem } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import { knownVariables } from '../variable-table.ts';
import type { Values } from '../variable-values.ts';
import type { Comparison } from '../written.ts';
import type { WrittenList } from './list.ts';

/** Comparisons with what a variable never is: they come out the same every time. */
export function impossibleValues(list: WrittenList): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { path, type, option } of list.actions) {
    for (const comparison of type.compares(option)) {
      const values = knownVariables.get(comparison.variable);
      if (!values || list.sets.names.has(comparison.variable)) continue;
      const message = complaint(comparison, values);
      if (message !== undefined) problems.push({ path: `${path}.${comparison.path}`, message });
      if (problems.length >= mostTold) return problems;
    }
  }
  return problems;
}

const mostTold = 100;

function complaint({ variable, as, isOrder, value }: Comparison, values: Values): string | undefined {
  const shown = `\`${variable}\``;
  switch (as) {
    case 'string': {
      if (isOrder || typeof value !== 'string' || value === '' || value.includes('${')) return undefined;
      if (values.admits(value)) return undefined;
      const meant = didYouMean(value, values.all ?? []);
      return `${shown} is never ${JSON.stringify(value.slice(0, 64))}: it is ${values.text}${meant}`;
    }
    case 'number':
      return values.isNumber ? undefined : `${shown} is never a number: it is ${values.text}`;
    case 'length': {
      const lengths = new Set([0, ...(values.all ?? []).map(({ length }) => length)]);
      if (!values.all || isOrder || typeof value !== 'number' || lengths.has(value)) return undefined;
      return `${shown} is never ${value} characters long: it is ${values.text}`;
    }
    default:
      return as satisfies never;
  }
}
