import * as z from 'zod';
import { isConfirmed } from '../asking/confirmation.ts';
import { dateFormats, dateIn } from '../asking/digit-date.ts';
import { digits, hints } from '../asking/input-option.ts';
import { isNumber, lengthsOf } from '../asking/number-grammar.ts';
import { patternProblem } from '../asking/pattern.ts';
import { promptEscape, promptList } from '../asking/prompts.ts';
import { questionOption } from '../asking/question.ts';
import { digitHints, digitsSaid } from '../asking/spoken-digits.ts';
import { ask, saidBy } from '../asking/tries.ts';
import { type Answer, isHidden } from '../asking/typed-or-said.ts';
import { ActionError, type Problem } from '../core/errors.ts';
import { count } from '../core/units.ts';
import { orAbort } from '../core/wait.ts';
import { type CallActionContext, defineAction } from '../flows/action.ts';
import { goTo } from '../flows/go-to.ts';
import { target, variableName } from '../flows/option-schemas.ts';
import { isReserved } from '../flows/variables.ts';
import { fixedText, listIn, type WrittenOption } from '../flows/written.ts';
import { phrasesIn } from '../hearing/phrases.ts';

const most = 64;

const pattern = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    const message = patternProblem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const key = digits.length(1);

const option = z.strictObject({
  ...questionOption,
  min_length: count('digits', 1, most).default(1).describe('how many digits it has at least'),
  max_length: count('digits', 1, most)
    .default(32)
    .describe('how many it has at most: with the last of them it is complete'),
  key: digits.max(1).default('#').describe('completes it before, and is no part of it; empty: none'),
  pattern: pattern.default('').meta({
    description:
      'what all of it must be like: digits, `.`, `\\d`, `[1-5]`, `[^0]`, `( )`, `\\|`, `?`, `*`, `+`, `{2,4}`; empty: any',
    examples: ['49\\d{10}'],
  }),
  luhn: z.boolean().default(false).describe('whether its last digit is a check digit, as on cards'),
  date_format: z
    .enum(['', ...dateFormats])
    .default('')
    .meta({
      description:
        'a day that there is, or a time of the day, typed like this; its length is that of the number',
      examples: ['DDMMYYYY'],
    }),
  read_back_prompts: promptList.default([]).meta({
    description: 'what he hears before his digits, where they are read back',
    examples: [[{ text: 'You have entered' }]],
  }),
  confirm_prompts: promptList.default([]).meta({
    description:
      'what he hears behind his digits, read back one by one; empty: they are not, and need no confirmation',
    examples: [[{ text: 'If that is right, press 1. To try again, press 2.' }]],
  }),
  confirm_key: key.default('1').describe('confirms them'),
  again_key: key.default('2').describe('takes them back: he is asked again, which is another try'),
  variable: z
    .union([z.literal(''), variableName.refine((name) => !isReserved(name), 'this name is reserved')])
    .default('')
    .meta({ description: 'is set to the number too; empty: none', examples: ['pin'] }),
  no_input_target_id: target
    .default('')
    .meta({ description: 'where to go when he has typed nothing at the last try', examples: ['operator'] }),
  no_match_target_id: target.default('').meta({
    description: 'where to go when it was no such number, or not confirmed',
    examples: ['operator'],
  }),
  hints,
});

type Option = z.output<typeof option>;

export default defineAction({
  type: 'gather',
  summary:
    'Asks for a number, checks it, has it confirmed, and asks again where it will not do. Sets `voipbin.gather.*`.',
  needs: 'answered call',
  option,
  example: {
    prompts: [{ text: 'Please enter the number of your card.' }],
    ...{ min_length: 13, max_length: 19, luhn: true },
    no_match_prompts: [{ text: 'There is no such card.' }],
    variable: 'card',
  },
  targets: ['no_input_target_id', 'no_match_target_id'],
  ssml: ['prompts', 'no_input_prompts', 'no_match_prompts', 'read_back_prompts', 'confirm_prompts'].map(
    (list) => `${list}.*.text`,
  ),
  // Without hints it listens for digits, which is never wrong.
  hearer: ({ input, hints }) =>
    listIn(input).includes('speech') && hints !== undefined ? 'stt_provider' : undefined,
  sets: ({ variable }) => (fixedText(variable) === '' ? [] : [fixedText(variable)]),
  escape: promptEscape,
  problems: (written) => [...lengthProblems(written), ...keyProblems(written)],

  async run(context, wanted) {
    const { answer, verdict, tries } = await ask(context, {
      question: wanted,
      typing: {
        length: lengthsOf(wanted)[1],
        key: wanted.key,
        allowed: wanted.pattern === '' ? '0123456789' : undefined,
      },
      hints: phrasesIn(wanted.hints).length > 0 ? phrasesIn(wanted.hints) : digitHints,
      async judge(given, own) {
        const number = numberIn(given, wanted);
        // Who has typed all of it may complete it all the same, out of habit.
        if ('digits' in given && given.result === 'length')
          context.call.digits.dropNext(wanted.key, wanted.inter_digit_timeout);
        if ('digits' in given && given.digits === '') return { failed: 'no_input' as const };
        if (!isNumber(number, wanted)) return { failed: 'no_match' as const };
        const isRight = wanted.confirm_prompts.length === 0 || (await isConfirmed(own, number, wanted));
        return isRight ? { accepted: number } : { failed: 'unconfirmed' as const };
      },
    });
    const number = 'accepted' in verdict ? verdict.accepted : '';
    const { date_format } = wanted;
    const date = (date_format && dateIn(number, date_format)) || '';
    const facts = { 'voipbin.gather.value': number, 'voipbin.gather.date': date };
    context.variables.note(facts, { isHidden: isHidden(answer) });
    context.variables.note({
      'voipbin.gather.result': 'failed' in verdict ? verdict.failed : 'valid',
      'voipbin.gather.tries': String(tries),
      ...saidBy(answer, wanted),
    });
    await setVariable(context, wanted.variable, number);
    if (wanted.variable !== '') context.variables.markTyped([wanted.variable]);
    if (isHidden(answer)) context.variables.hide([wanted.variable]);
    if (!('failed' in verdict)) return undefined;
    return goTo(verdict.failed === 'no_input' ? wanted.no_input_target_id : wanted.no_match_target_id);
  },
});

function numberIn(answer: Answer, { key, hints }: Option): string {
  if ('text' in answer) return digitsSaid(answer.text, hints);
  return answer.result === 'key' && answer.digits.endsWith(key) ? answer.digits.slice(0, -1) : answer.digits;
}

async function setVariable({ user, signal }: CallActionContext, name: string, number: string): Promise<void> {
  if (name === '') return;
  // A placeholder may have made it a reserved name only now.
  if (isReserved(name)) throw new ActionError('RESERVED_VARIABLE', `the variable ${name} cannot be set`);
  await orAbort(user.set(name, number), signal);
}

function lengthProblems({
  min_length = 1,
  max_length = 32,
  date_format = '',
}: WrittenOption): readonly Problem[] {
  if (typeof min_length !== 'number' || typeof max_length !== 'number') return [];
  if (date_format !== '' || min_length <= max_length) return [];
  return [{ path: 'max_length', message: `expected at least min_length, ${min_length} digits` }];
}

function keyProblems({ confirm_key = '1', again_key = '2' }: WrittenOption): readonly Problem[] {
  if (confirm_key !== again_key) return [];
  return [{ path: 'again_key', message: 'expected another key than confirm_key' }];
}
