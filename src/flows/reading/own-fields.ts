import { isWrittenNumber } from '../../core/exact-json.ts';
import { type Assignments, assignmentsOf } from './assignments.ts';

/** A reply does not say more than this at once. */
const mostVariables = 1_000;

/** Names that are not somebody's server's to set. */
const reserved = /^(voipbin|call|user)\./i;

/** The fields of a JSON object as variables of their own, those of objects in it by their dot paths. */
export function ownFields(reply: unknown): Assignments {
  if (!isObject(reply)) return [];
  const found: (readonly [string, string])[] = [];
  const left: [name: string, value: unknown][] = Object.entries(reply).reverse();
  for (let entry = left.pop(); entry && found.length < mostVariables; entry = left.pop()) {
    const [name, value] = entry;
    if (isObject(value)) {
      const fields = Object.entries(value).map(([key, child]): [string, unknown] => [
        `${name}.${key}`,
        child,
      ]);
      left.push(...fields.slice(0, mostVariables).reverse());
    } else found.push(...assignmentsOf(name, value));
  }
  return found.filter(([name]) => isSettable(name)).slice(0, mostVariables);
}

function isSettable(name: string): boolean {
  return name.length > 0 && name.length <= 128 && !name.includes('}') && !reserved.test(name);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isWrittenNumber(value);
}
