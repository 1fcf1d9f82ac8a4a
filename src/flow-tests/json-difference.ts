/** Where JSON that there is lacks what is wanted: every field that is named is there, and may have others beside it. Nothing: nowhere. */
export function jsonDifference(wanted: unknown, there: unknown, path = ''): string | undefined {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(there)) return differs(path, wanted, there);
    if (there.length !== wanted.length)
      return `${path || 'it'}: expected ${wanted.length} items, got ${there.length}`;
    return first(wanted.map((item, index) => jsonDifference(item, there[index], `${path}[${index}]`)));
  }
  if (!isObject(wanted)) return wanted === there ? undefined : differs(path, wanted, there);
  if (!isObject(there)) return differs(path, wanted, there);
  return first(
    Object.entries(wanted).map(([key, value]) =>
      jsonDifference(
        value,
        Object.hasOwn(there, key) ? there[key] : undefined,
        path === '' ? key : `${path}.${key}`,
      ),
    ),
  );
}

function first(found: readonly (string | undefined)[]): string | undefined {
  return found.find((each) => each !== undefined);
}

function differs(path: string, wanted: unknown, there: unknown): string {
  return `${path || 'it'}: expected ${inWords(wanted)}, got ${inWords(there)}`;
}

/** A text and a number look alike in YAML. */
function inWords(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
