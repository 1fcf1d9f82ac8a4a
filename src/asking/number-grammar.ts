import { type DateFormat, dateIn } from './digit-date.ts';
import { luhnHolds } from './luhn.ts';
import { Pattern } from './pattern.ts';

/** What a number must be like. */
export interface NumberGrammar {
  readonly min_length: number;
  readonly max_length: number;
  /** `''`: any. */
  readonly pattern: string;
  readonly luhn: boolean;
  /** `''`: it is no date. */
  readonly date_format: DateFormat | '';
}

/** Whether digits are such a number. */
export function isNumber(digits: string, grammar: NumberGrammar): boolean {
  const { date_format, pattern, luhn } = grammar;
  const [least, most] = lengthsOf(grammar);
  if (digits.length < least || digits.length > most) return false;
  if (pattern !== '' && !new Pattern(pattern).matches(digits)) return false;
  if (luhn && !luhnHolds(digits)) return false;
  return date_format === '' || dateIn(digits, date_format) !== undefined;
}

/** How many digits it has; a date as many as its format. */
export function lengthsOf({ min_length, max_length, date_format }: NumberGrammar): readonly [number, number] {
  return date_format === '' ? [min_length, max_length] : [date_format.length, date_format.length];
}
