import { type PatternNode, parsePattern } from './pattern-parser.ts';

/**
 * A pattern of digits, written as a regular expression is. All the ways to match it are followed at once, as sets of places between
 * the digits: there is nothing to go back to, and what a user has written and a caller types never keeps the others waiting.
 */
export class Pattern {
  readonly #whole: PatternNode;

  /** @throws SyntaxError what is wrong with it, for people */
  constructor(text: string) {
    this.#whole = parsePattern(text);
  }

  /** Whether it is a pattern of just these digits. */
  matches(digits: string): boolean {
    return (ends(this.#whole, digits, 1n) & (1n << BigInt(digits.length))) !== 0n;
  }
}

/** What is wrong with a pattern; nothing where it can be matched. */
export function patternProblem(text: string): string | undefined {
  try {
    parsePattern(text);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

/** The places in front of digits, each a bit: the first is in front of all. */
type Places = bigint;

/** Where a part of the pattern may end that begins at any of these places. */
function ends(node: PatternNode, digits: string, starts: Places): Places {
  if (starts === 0n) return 0n;
  switch (node.type) {
    case 'one':
      return (starts & placesOf(node.of, digits)) << 1n;
    case 'row':
      return node.nodes.reduce((places, each) => ends(each, digits, places), starts);
    case 'choice':
      return node.nodes.reduce((places, each) => places | ends(each, digits, starts), 0n);
    case 'repeat':
      return repeated(node, digits, starts);
    default:
      return node satisfies never;
  }
}

/** Again and again, until that leads nowhere, or to the same places: soon, as there are no more places than digits. */
function repeated(
  { node, least, most }: Extract<PatternNode, { type: 'repeat' }>,
  digits: string,
  starts: Places,
): Places {
  let places = starts;
  let found = least === 0 ? starts : 0n;
  for (let times = 1; times <= most; times++) {
    const next = ends(node, digits, places);
    const isSame = next === places;
    if (times >= least || isSame) found |= next;
    if (isSame || next === 0n) break;
    places = next;
  }
  return found;
}

function placesOf(of: string, digits: string): Places {
  let places = 0n;
  for (let index = 0; index < digits.length; index++)
    if (of.includes(digits[index] ?? '')) places |= 1n << BigInt(index);
  return places;
}
