/** A number of a JSON text as it is written there: `1.10`, `12345678901234567890`. */
export interface WrittenNumber {
  readonly rawJSON: string;
}

/** What the language has and its types do not yet (ECMAScript 2026, `JSON.parse` with source text). */
interface SourceTextJson {
  parse(
    text: string,
    revive: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): WrittenNumber;
  isRawJSON(value: unknown): value is WrittenNumber;
}

const json = JSON as unknown as SourceTextJson;

/** A number that would be written otherwise: too many digits, an end in zeros, an exponent, a zero below zero, a very small one. */
const differing = /\d[\d.]{15}|\.\d*0(?!\d)|\d[eE]|-0(?![.\d])|0\.0{6}/;

/**
 * A JSON text as values, in which each number that JavaScript would write otherwise than it stands there is a `WrittenNumber`.
 * `JSON.stringify` writes it as it was.
 * @throws SyntaxError
 */
export function parseExact(text: string): unknown {
  if (!mayDiffer(text)) return JSON.parse(text);
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? json.rawJSON(source)
      : value,
  );
}

/** Whether a JSON text may have a `WrittenNumber` in it: where not, both ways of parsing it are one. */
export function mayDiffer(text: string): boolean {
  return differing.test(text);
}

export function isWrittenNumber(value: unknown): value is WrittenNumber {
  return json.isRawJSON(value);
}
