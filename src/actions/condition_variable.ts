import * as z from 'zod';
import { defineAction } from '../flows/action.ts';
import { decide, falseTarget, holds, operator, withoutTarget } from '../flows/condition.ts';
import { fixedText } from '../flows/written.ts';

const valueTypes = ['string', 'number', 'length'] as const;

const option = z.strictObject({
  condition: operator.describe('how the variable compares with the value'),
  variable: z
    .string()
    .max(65_536)
    .meta({
      description: 'the name of a variable; with `${}` in it, the text to compare',
      examples: ['voipbin.call.source.target'],
    }),
  value_type: z.enum(valueTypes).default('string').describe('how they are compared; texts by code point'),
  value_string: z
    .string()
    .max(65_536)
    .default('')
    .meta({ description: 'what a `string` is compared with', examples: ['+821100000001'] }),
  value_number: z
    .number()
    .default(0)
    .describe('what a `number` is compared with; what is no number is neither equal nor unequal to it'),
  value_length: z.int().min(0).default(0).describe('what a `length` is compared with, in characters'),
  false_target_id: falseTarget,
});

type Option = z.output<typeof option>;

export default defineAction({
  type: 'condition_variable',
  summary:
    'Compares a variable, or a text with `${}`, as `string`, `number` or by `length`: true goes on, false to `false_target_id`.',
  needs: 'nothing',
  option,
  example: {
    condition: '==',
    variable: 'voipbin.call.source.target',
    value_type: 'string',
    value_string: '+821100000001',
    false_target_id: 'stranger',
  },
  targets: ['false_target_id'],
  reads: ['variable'],

  compares({ condition, variable, value_type = 'string', ...written }) {
    const as = valueTypes.find((type) => type === value_type);
    if (!as) return [];
    const key = `value_${as}`;
    const value = written[key] ?? (as === 'string' ? '' : 0);
    const isOrder = condition !== '==' && condition !== '!=';
    return [{ path: key, variable: soleName(variable), as, isOrder, value }];
  },

  warnings: withoutTarget,

  run({ action, variables }, wanted) {
    const written = action.option?.variable;
    const isText = typeof written === 'string' && written.includes('${');
    return decide(compares(isText ? wanted.variable : variables.get(wanted.variable), wanted), wanted);
  },
});

/** The variable that is compared, where it is one alone. */
function soleName(written: unknown): string {
  const [, name] = /^\$\{([^}]{1,128})\}$/.exec(String(written)) ?? [];
  return name ?? fixedText(written);
}

function compares(value: string, wanted: Option): boolean {
  switch (wanted.value_type) {
    case 'string':
      return holds(wanted.condition, compareTexts(value, wanted.value_string));
    case 'number':
      return isNumber(value) && holds(wanted.condition, compareNumbers(Number(value), wanted.value_number));
    case 'length':
      return holds(wanted.condition, lengthOf(value) - wanted.value_length);
    default:
      return wanted.value_type satisfies never;
  }
}

/** By code point: `<` of JavaScript would put what lies beyond U+FFFF before what lies just below it. */
function compareTexts(a: string, b: string): number {
  for (let index = 0; index < a.length && index < b.length; index++) {
    if (a[index] !== b[index]) return (a.codePointAt(index) ?? 0) - (b.codePointAt(index) ?? 0);
  }
  return a.length - b.length;
}

/** Without a difference: two infinities have none. */
function compareNumbers(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isNumber(value: string): boolean {
  return /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(value);
}

function lengthOf(value: string): number {
  let length = 0;
  for (const _ of value) length++;
  return length;
}
