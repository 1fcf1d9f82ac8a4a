import type { Mapping } from '../flows/reading/response-option.ts';

type Values = Readonly<Record<string, unknown>>;

/** A JSON text in which these paths lead to values; nothing where one of them is more than names and numbers. */
export function jsonBody(map: readonly Mapping[], values: Values): string | undefined {
  let root: unknown;
  for (const { path, variable } of map) {
    const steps = jsonSteps(path);
    if (!steps) return undefined;
    root = withAt(root, steps, values[variable]);
  }
  return JSON.stringify(root ?? {});
}

/** The same in XML, for paths of names. */
export function xmlBody(map: readonly Mapping[], values: Values): string | undefined {
  let root: unknown;
  for (const { path, variable } of map) {
    const steps = xmlSteps(path);
    if (!steps) return undefined;
    root = withAt(root, steps, values[variable]);
  }
  return elements(root ?? { reply: {} });
}

type Step = string | number;

/** `$.a.b[0]`, `data.a['b']` → `a`, `b`, `0`. */
function jsonSteps(path: string): readonly Step[] | undefined {
  const rest = path.trim().replace(/^(\$|data(?=$|[.[]))/, '');
  const steps = [...rest.matchAll(/\.?([A-Za-z_][\w-]*)|\[(\d{1,3})\]|\[(?:'([^']+)'|"([^"]+)")\]/gy)];
  if (steps.reduce((length, [text]) => length + text.length, 0) < rest.length) return undefined;
  return steps.map(([, name, index, quoted, doubly]) => name ?? quoted ?? doubly ?? Number(index));
}

/** `/a/b`, `//b/text()` → `a`, `b`; with a root where the path has one element only. */
function xmlSteps(path: string): readonly Step[] | undefined {
  const whole = /^(\/\/?)([A-Za-z_][\w-]*(?:\/[A-Za-z_][\w-]*)*)(\/text\(\))?$/.exec(path.trim());
  const names = whole?.[2]?.split('/');
  return names && whole?.[1] === '//' ? ['reply', ...names] : names;
}

function withAt(tree: unknown, [step, ...rest]: readonly Step[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const items: unknown[] = Array.isArray(tree) ? [...tree] : [];
    while (items.length < step) items.push(null);
    items[step] = withAt(items[step], rest, value);
    return items;
  }
  const fields = typeof tree === 'object' && tree !== null && !Array.isArray(tree) ? tree : {};
  const inside: unknown = (fields as Values)[step];
  return { ...fields, [step]: withAt(inside, rest, value) };
}

function elements(tree: unknown): string {
  if (typeof tree !== 'object' || tree === null) return String(tree).replace(/[<>&]/g, '');
  return Object.entries(tree)
    .map(([name, child]) => `<${name}>${elements(child)}</${name}>`)
    .join('');
}
