const width = 120;

/** JSON in lines that people can compare; as it is where that would lose anything of it. */
export function laidOut(json: string): string {
  const value = parsed(json);
  return value !== undefined && JSON.stringify(value) === json ? lines(value, '') : json;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function lines(value: unknown, indent: string): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + flat.length <= width) return flat;
  const deeper = `${indent} `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const inner = Array.isArray(value)
    ? value.map((each) => `${deeper}${lines(each, deeper)}`)
    : Object.entries(value).map(([key, each]) => `${deeper}${JSON.stringify(key)}:${lines(each, deeper)}`);
  return `${open}\n${inner.join(',\n')}\n${indent}${close}`;
}
