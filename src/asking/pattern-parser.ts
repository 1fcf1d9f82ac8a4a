/** A part of a pattern. */
export type PatternNode =
  | { readonly type: 'one'; readonly of: string }
  | { readonly type: 'row' | 'choice'; readonly nodes: readonly PatternNode[] }
  | {
      readonly type: 'repeat';
      readonly node: PatternNode;
      readonly least: number;
      readonly most: number;
    };

/** What telephones have. */
const decimals = '0123456789';
const alphabet = `${decimals}*#ABCD`;

/** Digits of a number, and repetitions in one another: matching takes at most so many steps to the power of this. */
const mostTimes = 64;
const deepestRepeat = 2;
const deepest = 10;

/**
 * Reads digits, `.`, `\d`, `[1-5]`, `[^0]`, `( )`, `|`, and behind any of them `?`, `*`, `+`, `{3}`, `{2,4}` or `{2,}`; a `^` in front
 * and a `$` at the end change nothing, for it is always all of the digits that are meant.
 * @throws SyntaxError what is wrong with it, for people
 */
export function parsePattern(text: string): PatternNode {
  return new Parser(text.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')).parse();
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): PatternNode {
    const node = this.#choice(0);
    if (this.#at < this.#text.length) throw new SyntaxError('expected no `)` without its `(`');
    if (repeatsIn(node) > deepestRepeat)
      throw new SyntaxError(`expected at most ${deepestRepeat} repetitions in one another`);
    return node;
  }

  #choice(depth: number): PatternNode {
    if (depth > deepest) throw new SyntaxError(`expected at most ${deepest} groups in one another`);
    const nodes = [this.#row(depth)];
    while (this.#takes('|')) nodes.push(this.#row(depth));
    return nodes.length === 1 && nodes[0] ? nodes[0] : { type: 'choice', nodes };
  }

  #row(depth: number): PatternNode {
    const nodes: PatternNode[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at] ?? ''))
      nodes.push(this.#repeated(this.#one(depth)));
    return { type: 'row', nodes };
  }

  #one(depth: number): PatternNode {
    if (this.#takes('(')) {
      this.#takes('?:');
      const node = this.#choice(depth + 1);
      if (!this.#takes(')')) throw new SyntaxError('expected a `)` for each `(`');
      return node;
    }
    if (this.#takes('[')) return this.#class();
    if (this.#takes('\\d')) return { type: 'one', of: decimals };
    if (this.#takes('\\*')) return { type: 'one', of: '*' };
    if (this.#takes('.')) return { type: 'one', of: alphabet };
    const digit = this.#text[this.#at] ?? '';
    if (digit === '*' || !alphabet.includes(digit)) throw this.#unexpected();
    this.#at++;
    return { type: 'one', of: digit };
  }

  #class(): PatternNode {
    const [whole, not = '', members = ''] =
      /^(\^?)((?:\d(?:-\d)?|[A-D](?:-[A-D])?|[*#]|\\d)+)\]/.exec(this.#rest) ?? [];
    if (whole === undefined) throw new SyntaxError('expected digits between `[` and `]`, such as `[1-5]`');
    this.#at += whole.length;
    const of = [...members.matchAll(/\\d|(.)-(.)|./g)]
      .map(([text, from, to]) => (from && to ? range(from, to) : text === '\\d' ? decimals : text))
      .join('');
    return { type: 'one', of: not ? [...alphabet].filter((digit) => !of.includes(digit)).join('') : of };
  }

  #repeated(node: PatternNode): PatternNode {
    if (this.#takes('?')) return this.#once({ type: 'repeat', node, least: 0, most: 1 });
    if (this.#takes('*')) return this.#once({ type: 'repeat', node, least: 0, most: mostTimes });
    if (this.#takes('+')) return this.#once({ type: 'repeat', node, least: 1, most: mostTimes });
    if (this.#text[this.#at] !== '{') return node;
    const [whole, first, comma, second] = /^\{(\d{1,2})(,?)(\d{1,2})?\}/.exec(this.#rest) ?? [];
    const least = Number(first);
    const most = comma ? Number(second ?? mostTimes) : least;
    if (whole === undefined || (second && !comma) || most < least || most > mostTimes)
      throw new SyntaxError(`expected \`{3}\`, \`{2,4}\` or \`{2,}\`, and at most ${mostTimes} times`);
    this.#at += whole.length;
    return this.#once({ type: 'repeat', node, least, most });
  }

  #once(node: PatternNode): PatternNode {
    if (/^[?*+{]/.test(this.#rest)) throw new SyntaxError('expected no repetition of a repetition');
    return node;
  }

  get #rest(): string {
    return this.#text.slice(this.#at);
  }

  #takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #unexpected(): SyntaxError {
    const found = this.#text[this.#at] ?? '';
    return new SyntaxError(
      `expected digits, \`.\`, \`\\d\`, \`[1-5]\`, \`( )\`, \`|\`, \`?\`, \`*\`, \`+\`, \`{2,4}\` only, got ${JSON.stringify(found)}`,
    );
  }
}

function range(from: string, to: string): string {
  const [first, last] = [alphabet.indexOf(from), alphabet.indexOf(to)];
  if (first > last) throw new SyntaxError(`expected a range such as \`1-5\`, got \`${from}-${to}\``);
  return alphabet.slice(first, last + 1);
}

function repeatsIn(node: PatternNode): number {
  switch (node.type) {
    case 'one':
      return 0;
    case 'row':
    case 'choice':
      return Math.max(0, ...node.nodes.map(repeatsIn));
    case 'repeat':
      // What may be missing is tried once.
      return repeatsIn(node.node) + (node.most > 1 ? 1 : 0);
    default:
      return node satisfies never;
  }
}
