import { isNumber, lengthsOf, type NumberGrammar } from '../asking/number-grammar.ts';
import { type PatternNode, parsePattern } from '../asking/pattern-parser.ts';

const decimals = '0123456789';

/** A number that such a grammar takes, a plain one; nothing where none is found. */
export function numberOf(grammar: NumberGrammar): string | undefined {
  const [least, most] = lengthsOf(grammar);
  const drafts = [...(grammar.pattern === '' ? [] : patternDrafts(grammar.pattern, least)), ...days];
  for (let length = least; length <= most; length++) drafts.push(counting(length));
  return drafts.flatMap(withCheckDigits).find((draft) => isNumber(draft, grammar));
}

/** Digits that it does not take, though they are digits; nothing where it takes any. */
export function noNumberOf(grammar: NumberGrammar): string | undefined {
  const [least, most] = lengthsOf(grammar);
  const drafts = [
    ...['0', '9', '1'].map((digit) => digit.repeat(most)),
    ...[...decimals].map((digit) => digit.repeat(least)),
    ...(least > 1 ? [counting(least - 1)] : []),
  ];
  return drafts.find((draft) => !isNumber(draft, grammar));
}

/** The eleventh of January, as the formats of dates have it; a minute past eleven, too. */
const days = ['20260111', '11012026', '01112026', '260111', '110126', '011126', '0126', '1101', '0111'];

function counting(length: number): string {
  return Array.from({ length }, (_, index) => decimals[(index + 1) % 10]).join('');
}

/** As it is, and with every last digit. */
function withCheckDigits(draft: string): string[] {
  return [draft, ...[...decimals].map((digit) => `${draft.slice(0, -1)}${digit}`)];
}

/** Short members of a pattern, and such as reach a length. */
function patternDrafts(pattern: string, least: number): string[] {
  const node = parsePattern(pattern);
  return [0, 1, 2, 4, 8, 16, least].map((times) => memberOf(node, times));
}

function memberOf(node: PatternNode, times: number): string {
  switch (node.type) {
    case 'one':
      return [...node.of].find((digit) => digit !== '0') ?? node.of.slice(0, 1);
    case 'row':
      return node.nodes.map((each) => memberOf(each, times)).join('');
    case 'choice':
      return node.nodes[0] ? memberOf(node.nodes[0], times) : '';
    case 'repeat':
      return memberOf(node.node, times).repeat(Math.min(Math.max(node.least, times), node.most));
    default:
      return node satisfies never;
  }
}
