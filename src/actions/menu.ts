import * as z from 'zod';
import { Choice } from '../asking/choice.ts';
import { digits, phrases } from '../asking/input-option.ts';
import { promptEscape } from '../asking/prompts.ts';
import { questionOption } from '../asking/question.ts';
import { ask, saidBy } from '../asking/tries.ts';
import { type Answer, isHidden } from '../asking/typed-or-said.ts';
import { shownDigits } from '../calls/typing.ts';
import type { Problem } from '../core/errors.ts';
import { defineAction } from '../flows/action.ts';
import { goTo, isNowhereWritten } from '../flows/go-to.ts';
import { pathText } from '../flows/option.ts';
import { target } from '../flows/option-schemas.ts';
import { fixedText, listIn, objectIn, type WrittenOption } from '../flows/written.ts';
import { digitsOf } from '../hearing/phrases.ts';

const key = z.string().regex(/^[0-9A-D*#]{1,16}$/, 'expected 1 to 16 digits of 0-9 A-D * # as a key');

const option = z.strictObject({
  ...questionOption,
  targets: z
    .record(key, target.min(1))
    .refine((given) => Object.keys(given).length > 0, 'expected at least one key')
    .refine((given) => Object.keys(given).length <= 100, 'expected at most 100')
    .meta({
      description: 'ids of actions by the key that leads to them; a key may have several digits',
      examples: [{ '1': 'sales', '2': 'support' }],
    }),
  key: digits
    .max(1)
    .default('#')
    .describe('ends a choice of several digits at once, and is no part of it; empty: none'),
  repeat_key: digits
    .max(1)
    .default('')
    .meta({
      description: 'lets the caller hear it all again, which is no try; empty: none',
      examples: ['*'],
    }),
  no_input_target_id: target.default('').meta({
    description: 'where to go when he has answered nothing to the last try',
    examples: ['operator'],
  }),
  no_match_target_id: target
    .default('')
    .meta({ description: 'where to go when he has made no choice that there is', examples: ['operator'] }),
  hints: phrases.default({}).meta({
    description:
      'what is said for a key, where `input` has `speech`: phrases and the key that each stands for',
    examples: [{ sales: '1', support: '2' }],
  }),
});

type Option = z.output<typeof option>;

export default defineAction({
  type: 'menu',
  summary: 'Asks for a choice, again where there is none, and goes where it leads. Sets `voipbin.menu.*`.',
  needs: 'answered call',
  option,
  example: {
    prompts: [{ text: 'For sales, press 1. For support, press 2.' }],
    targets: { '1': 'sales', '2': 'support' },
    no_match_prompts: [{ text: 'There is no such choice.' }],
  },
  targets: ['targets.*', 'no_input_target_id', 'no_match_target_id'],
  goesOn: ({ no_input_target_id, no_match_target_id }) =>
    [no_input_target_id, no_match_target_id].some(isNowhereWritten),
  ssml: ['prompts.*.text', 'no_input_prompts.*.text', 'no_match_prompts.*.text'],
  hearer: ({ input }) => (listIn(input).includes('speech') ? 'stt_provider' : undefined),
  escape: promptEscape,
  problems: (written) => [...phraseProblems(written), ...keyProblems(written)],

  async run(context, wanted) {
    const { variables, publish } = context;
    const choice = new Choice([...Object.keys(wanted.targets), wanted.repeat_key], wanted.key);
    const keyOf = (answer: Answer): string | undefined =>
      'text' in answer ? digitsOf(answer.text, wanted.hints) : choice.of(answer.digits);
    const { answer, verdict, tries } = await ask(context, {
      question: wanted,
      typing: { length: 0, key: '', isEnough: (digits) => choice.isPlain(digits) },
      hints: Object.keys(wanted.hints),
      onAnswer: (given) => publish({ type: 'digits_received', data: shown(given, wanted) }),
      judge(given) {
        const chosen = keyOf(given);
        if (chosen && chosen === wanted.repeat_key) return 'again';
        if (chosen && Object.hasOwn(wanted.targets, chosen)) return { accepted: chosen };
        return { failed: 'digits' in given && given.digits === '' ? 'no_input' : 'no_match' };
      },
    });
    const isChosen = 'accepted' in verdict;
    variables.note(
      { 'voipbin.menu.key': isChosen ? verdict.accepted : told(answer, wanted).digits },
      { isHidden: isHidden(answer) },
    );
    variables.note({
      'voipbin.menu.result': isChosen ? way(answer) : verdict.failed,
      'voipbin.menu.tries': String(tries),
      ...saidBy(answer, wanted),
    });
    return goTo(isChosen ? (wanted.targets[verdict.accepted] ?? '') : wanted[`${verdict.failed}_target_id`]);
  },
});

/** As events say it. */
function shown(answer: Answer, wanted: Option): ReturnType<typeof told> {
  const data = told(answer, wanted);
  return 'text' in answer ? data : { ...data, digits: shownDigits(answer) };
}

function told(
  answer: Answer,
  { hints }: Option,
): { digits: string; result: 'length' | 'key' | 'timeout' | 'speech' } {
  if ('text' in answer) return { digits: digitsOf(answer.text, hints), result: 'speech' };
  return { digits: answer.digits, result: answer.result };
}

function way(answer: Answer): 'key' | 'speech' {
  return 'text' in answer ? 'speech' : 'key';
}

/** Who may answer in words needs some that lead somewhere. */
function phraseProblems({ input, hints, targets, repeat_key }: WrittenOption): readonly Problem[] {
  const isHeard = listIn(input).includes('speech');
  const phrases = Object.entries(objectIn(hints));
  if (isHeard && phrases.length === 0) {
    const message = 'expected phrases and the key that each stands for, where `input` has `speech`';
    return [{ path: 'hints', message }];
  }
  const keys = new Set([...Object.keys(objectIn(targets)), fixedText(repeat_key)]);
  return phrases.flatMap(([phrase, value]) => {
    const meant = fixedText(value);
    if (meant === '' || keys.has(meant)) return [];
    return [{ path: pathText(['hints', phrase]), message: `no key of \`targets\` is ${meant.slice(0, 16)}` }];
  });
}

function keyProblems({ repeat_key, targets }: WrittenOption): readonly Problem[] {
  const again = fixedText(repeat_key);
  if (again === '' || !Object.hasOwn(objectIn(targets), again)) return [];
  return [{ path: 'repeat_key', message: 'leads somewhere already: it is a key of `targets`' }];
}
