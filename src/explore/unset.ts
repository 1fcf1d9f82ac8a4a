import type { ActionCatalogue } from '../flows/load-actions.ts';
import { variableFamilies } from '../flows/variable-families.ts';
import { variableTable } from '../flows/variable-table.ts';
import type { Comparison } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';
import { readBy } from './ways-ahead.ts';

/** What there is before the first action, or comes from elsewhere. */
const given = new Set(
  (['flow', 'call', 'message', 'asker'] as const).flatMap((group) =>
    Object.keys(variableTable[group].variables),
  ),
);
const families = Object.keys(variableFamilies);

/** The variables that an action reads and that mean nothing unless something has set them: whoever asks whether one is empty knows. */
export function expectedBy(action: ActionJson, catalogue: ActionCatalogue): readonly string[] {
  const comparisons = catalogue.get(action.type)?.compares(action.option ?? {}) ?? [];
  return readBy(action, catalogue).filter((name) => {
    if (given.has(name) || families.some((prefix) => name.startsWith(prefix))) return false;
    const own = comparisons.filter(({ variable }) => variable === name);
    if (own.length === 0) return true;
    // Whether anything has failed at all is asked in the same way.
    return !name.startsWith('voipbin.action.error.') && !own.some(asksWhetherEmpty);
  });
}

function asksWhetherEmpty({ as, isOrder, value }: Comparison): boolean {
  if (as === 'length') return isOrder || value === 0;
  return as === 'string' && value === '';
}
