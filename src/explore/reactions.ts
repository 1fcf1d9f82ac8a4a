import * as z from 'zod';
import { dateFormats } from '../asking/digit-date.ts';
import { isNumber } from '../asking/number-grammar.ts';
import type { Reaction, Waiting } from '../simulator/caller.ts';
import type { Differences } from './differences.ts';
import { noNumberOf, numberOf } from './numbers.ts';

/** What a caller does at an input, and what he means by it: whoever is asked again goes on as he has begun. */
export interface Answer {
  readonly means: 'choice' | 'number' | 'wrong' | 'nothing' | 'again' | 'done';
  readonly does: Reaction;
}

/** An input that waits for a caller. */
export interface Asked {
  readonly waiting: Waiting;
  /** The option of the action, all defaults in it. */
  readonly option: unknown;
  /** What he has done at the inputs that this action had before. */
  readonly before: readonly Answer[];
}

const nothing: Answer = { means: 'nothing', does: { wait: true } };

/** More inputs than this of one action are left to themselves. */
const mostInputs = 30;

/** All that makes a difference of what a caller can do, one at least; what leads on first. */
export function answersTo(asked: Asked, differences: Differences): readonly [Answer, ...Answer[]] {
  const [first, ...others] = asked.before.length >= mostInputs ? [] : possible(asked, differences);
  return first ? [first, ...others] : [nothing];
}

function possible(asked: Asked, differences: Differences): readonly Answer[] {
  const { waiting } = asked;
  switch (waiting.action.type) {
    case 'menu':
      return atMenu(asked);
    case 'digits_receive':
      return atDigits(asked, differences);
    case 'gather':
      return atNumber(asked, differences);
    default:
      return waiting.isRecording ? atRecording(asked) : atAnything(asked);
  }
}

const menuOption = z.object({
  targets: z.record(z.string(), z.string()),
  repeat_key: z.string(),
  key: z.string(),
  hints: z.record(z.string(), z.string()),
});

/** Every key that leads somewhere, one that does not, and none. Who has failed once fails in the same way until he is sent on. */
function atMenu({ waiting, option, before }: Asked): readonly Answer[] {
  const { targets, repeat_key, key, hints } = menuOption.parse(option);
  const last = before.at(-1);
  if (last?.means === 'nothing' || last?.means === 'wrong') return [last];
  const keys = Object.keys(targets);
  const said: Answer[] = Object.keys(hints).map((say) => ({ means: 'choice', does: { say } }));
  const pressed: Answer[] = keys.map((press) => ({ means: 'choice', does: { press } }));
  const wrong = wrongKey([...keys, repeat_key, key]);
  if (last) return pressed.slice(0, 1); // he has wanted to hear it again
  return [
    ...(waiting.takesKeys ? pressed : []),
    // What is said leads where its key does: one shows that it can be said.
    ...(waiting.takesSpeech ? (waiting.takesKeys ? said.slice(0, 1) : said) : []),
    ...(waiting.takesKeys && repeat_key !== '' ? [pressing('again', repeat_key)] : []),
    ...(waiting.takesKeys && wrong !== undefined ? [pressing('wrong', wrong)] : []),
    ...(waiting.takesKeys ? [] : [saying('wrong', 'something else')]),
    nothing,
  ];
}

const digitsOption = z.object({
  length: z.number(),
  key: z.string(),
  allowed: z.string().optional(),
  hints: z.union([z.array(z.string()), z.record(z.string(), z.string())]),
});

function atDigits({ waiting, option }: Asked, differences: Differences): readonly Answer[] {
  const { length, key, allowed = '0123456789ABCD*#', hints } = digitsOption.parse(option);
  const values = differences.of('voipbin.call.digits');
  const fits = (value: string): boolean =>
    value !== '' &&
    (length === 0 || value.length <= length) &&
    [...value].every((digit) => allowed.includes(digit)) &&
    // A key ends the input: behind it there is none.
    ![...value].slice(0, -1).some((digit) => key.includes(digit));
  const other = otherDigits(
    length === 0 ? 1 : length,
    values,
    [...allowed].filter((one) => !key.includes(one)),
  );
  const phrases = Array.isArray(hints) ? hints : Object.keys(hints);
  return [
    ...(waiting.takesKeys ? values.filter(fits).map((press) => pressing('choice', press)) : []),
    ...(waiting.takesKeys && other !== undefined ? [pressing('wrong', other)] : []),
    ...(waiting.takesSpeech ? [...phrases, 'something else'].map((say) => saying('choice', say)) : []),
    nothing,
  ];
}

/** So many digits that nothing is compared with. */
function otherDigits(length: number, values: readonly string[], of: readonly string[]): string | undefined {
  const candidates = of.flatMap((digit) => of.map((last) => `${digit.repeat(length - 1)}${last}`));
  return candidates.find((candidate) => !values.includes(candidate));
}

const numberOption = z.object({
  min_length: z.number(),
  max_length: z.number(),
  pattern: z.string(),
  luhn: z.boolean(),
  date_format: z.enum(['', ...dateFormats]),
  key: z.string(),
  variable: z.string(),
  confirm_prompts: z.array(z.unknown()),
  confirm_key: z.string(),
  again_key: z.string(),
});

function atNumber({ waiting, option, before }: Asked, differences: Differences): readonly Answer[] {
  const wanted = numberOption.parse(option);
  const last = before.at(-1);
  if (last?.means === 'nothing' || last?.means === 'wrong') return [last];
  if (last?.means === 'number') {
    // Whoever has taken his number back once does so to the end.
    if (before.some(({ means }) => means === 'again')) return [pressing('again', wanted.again_key)];
    return [pressing('done', wanted.confirm_key), pressing('again', wanted.again_key)];
  }
  const number = before.find(({ means }) => means === 'number');
  if (number) return [number];
  const compared = differences.of('voipbin.gather.value', ...(wanted.variable ? [wanted.variable] : []));
  const usual = numberOf(wanted);
  const numbers = [
    ...compared.filter((value) => isNumber(value, wanted)),
    ...(usual === undefined ? [] : [usual]),
  ];
  const wrong = noNumberOf(wanted);
  const typed = (digits: string): string =>
    digits.length < wanted.max_length ? `${digits}${wanted.key}` : digits;
  if (!waiting.takesKeys)
    return [
      ...numbers.map((digits) => saying('number', [...digits].join(' '))),
      saying('wrong', 'something else'),
      nothing,
    ];
  return [
    ...[...new Set(numbers)].map((digits) => pressing('number', typed(digits))),
    ...(wrong === undefined ? [] : [pressing('wrong', typed(wrong))]),
    nothing,
  ];
}

const recordingOption = z.object({ end_of_key: z.string().default('none') });

/** He says something, or nothing that would be kept. */
function atRecording({ option, before }: Asked): readonly Answer[] {
  const last = before.at(-1);
  if (last) return [last];
  const { end_of_key } = recordingOption.catch({ end_of_key: 'none' }).parse(option);
  const key = end_of_key === 'any' ? '#' : end_of_key;
  return [
    saying('done', 'This is what I wanted to say to you.'),
    ...(key === 'none' ? [] : [pressing('done', key)]),
    nothing,
  ];
}

/** A PIN, a key while others talk, a word to a chatbot: nobody knows what it means. */
function atAnything({ waiting, before }: Asked): readonly Answer[] {
  if (before.length > 0) return [nothing];
  return [nothing, ...(waiting.takesSpeech ? [saying('choice', 'Good morning.')] : [])];
}

function pressing(means: Answer['means'], press: string): Answer {
  return { means, does: { press } };
}

function saying(means: Answer['means'], say: string): Answer {
  return { means, does: { say } };
}

/** A key that none of these begins with. */
function wrongKey(keys: readonly string[]): string | undefined {
  return [...'0123456789*'].find((digit) => !keys.some((key) => key.startsWith(digit)));
}
