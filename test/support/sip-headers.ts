const compact: Record<string, string> = {
  i: 'call-id',
  m: 'contact',
  e: 'content-encoding',
  l: 'content-length',
  c: 'content-type',
  f: 'from',
  s: 'subject',
  k: 'supported',
  t: 'to',
  v: 'via',
  x: 'session-expires',
  r: 'refer-to',
  b: 'referred-by',
  o: 'event',
  u: 'allow-events',
};

/** Headers that may hold several values in one line, where the order of the values matters to us. */
const lists = new Set(['via', 'route', 'record-route', 'contact', 'allow', 'supported']);

/** The headers of one SIP message: case does not matter, short names count, order and repetition are kept. */
export class SipHeaders {
  #entries: { name: string; value: string }[] = [];

  /** Lines of a message; a line that begins with a blank continues the one before. */
  static parse(lines: readonly string[]): SipHeaders {
    const headers = new SipHeaders();
    for (const line of lines
      .join('\r\n')
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon <= 0) throw new SyntaxError(`not a SIP header: ${line}`);
      headers.add(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    }
    return headers;
  }

  static of(values: Readonly<Record<string, string>>): SipHeaders {
    const headers = new SipHeaders();
    for (const [name, value] of Object.entries(values)) headers.add(name, value);
    return headers;
  }

  get(name: string): string | undefined {
    return this.#entries.find((entry) => key(entry.name) === key(name))?.value;
  }

  /** Every value, those of comma-separated lists one by one. */
  all(name: string): string[] {
    const values = this.#entries.filter((entry) => key(entry.name) === key(name)).map((entry) => entry.value);
    return lists.has(key(name)) ? values.flatMap(splitList) : values;
  }

  add(name: string, value: string): this {
    if (/[\r\n]/.test(name + value)) throw new SyntaxError(`a line break in ${name}`);
    this.#entries.push({ name, value });
    return this;
  }

  set(name: string, value: string): this {
    this.delete(name);
    return this.add(name, value);
  }

  delete(name: string): this {
    this.#entries = this.#entries.filter((entry) => key(entry.name) !== key(name));
    return this;
  }

  prepend(name: string, value: string): this {
    this.#entries.unshift({ name, value });
    return this;
  }

  copy(): SipHeaders {
    const headers = new SipHeaders();
    headers.#entries = [...this.#entries];
    return headers;
  }

  format(): string {
    return this.#entries.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
  }

  /** As an object with lower-case names; what comes several times is joined with commas. */
  toObject(): Record<string, string> {
    return Object.fromEntries(this.#entries.map(({ name }) => [key(name), this.all(name).join(', ')]));
  }
}

function key(name: string): string {
  const lower = name.toLowerCase();
  return compact[lower] ?? lower;
}

/** Splits at commas that are neither quoted nor inside angle brackets. */
function splitList(value: string): string[] {
  return [...value.matchAll(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,])+/g)]
    .map(([item]) => item.trim())
    .filter(Boolean);
}
