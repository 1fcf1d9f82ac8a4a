import * as z from 'zod';
import { digits, hints, input } from '../asking/input-option.ts';
import { speechFacts } from '../asking/speech-facts.ts';
import { type Answer, Listener } from '../asking/typed-or-said.ts';
import { hasBegun, shownDigits, type Typed, Typing } from '../calls/typing.ts';
import { count } from '../core/units.ts';
import { type CallActionContext, defineAction } from '../flows/action.ts';
import { duration } from '../flows/option-schemas.ts';
import type { Facts } from '../flows/variables.ts';
import { listIn } from '../flows/written.ts';
import { digitsOf, phrasesIn } from '../hearing/phrases.ts';
import { hearingProvider } from '../ports/hearing-option.ts';
import { language } from '../ports/prompt-options.ts';

const option = z.strictObject({
  duration: duration.default(5_000).describe('how long the whole input may take, in milliseconds'),
  length: count('digits', 0, 100).default(1).describe('how many digits are wanted; 0: no limit'),
  key: digits
    .default('')
    .meta({ description: 'any of these ends the input, and stays in it', examples: ['#'] }),
  first_digit_timeout: duration
    .optional()
    .meta({ description: 'how long the first digit is waited for, in milliseconds', examples: [8_000] }),
  inter_digit_timeout: duration
    .optional()
    .meta({ description: 'how long each further digit is waited for, in milliseconds', examples: [3_000] }),
  allowed: digits
    .min(1)
    .optional()
    .meta({ description: 'other digits are dropped', examples: ['0123456789#'] }),
  clear: z.boolean().default(false).describe('drops what was typed ahead'),
  input,
  language: language.default('en-US').describe('of what is said'),
  provider: hearingProvider.meta({
    description: 'the engine that hears what is said; empty: the first that can',
    examples: ['local'],
  }),
  hints,
});

type Option = z.output<typeof option>;

export default defineAction({
  type: 'digits_receive',
  summary:
    'Collects digits, those typed ahead first, until `length`, a `key` or the end of `duration`; or what is said, where `input` asks for it.',
  needs: 'call',
  option,
  example: { duration: 10_000, length: 3, key: '#' },
  hearer: ({ input }) => (listIn(input).includes('speech') ? 'provider' : undefined),

  async run(context, wanted) {
    const { call, variables, scope, publish } = context;
    if (wanted.clear && !hasBegun(context)) call.digits.clear();
    const { given, said } = wanted.input.includes('speech')
      ? await typedOrSaid(context, wanted)
      : { given: await new Typing(context, wanted).collect(scope.signal), said: {} };
    const { digits, result } = given;
    variables.note({ 'voipbin.digits_receive.result': result, ...said });
    variables.note({ 'voipbin.call.digits': digits }, given);
    publish({ type: 'digits_received', data: { digits: shownDigits(given), result } });
    return undefined;
  },
});

interface Input {
  readonly given: Omit<Typed, 'result'> & { readonly result: Typed['result'] | 'speech' };
  readonly said: Facts;
}

/** What is typed, or said. */
async function typedOrSaid(context: CallActionContext, wanted: Option): Promise<Input> {
  await context.call.answer(context.signal); // before that a phone sends no voice
  const typing = new Typing(context, wanted);
  if (typing.hasDigits) return inputOf(await typing.collect(context.signal), wanted);
  const { language, provider, hints, input } = wanted;
  const request = { language, provider: provider || undefined, hints: phrasesIn(hints) };
  const listener = new Listener(context, { request, hasKeys: input.includes('dtmf') });
  try {
    return inputOf(await listener.answer(typing), wanted);
  } finally {
    await listener.stop();
  }
}

function inputOf(answer: Answer, { hints }: Option): Input {
  if (!('text' in answer)) return { given: answer, said: speechFacts() };
  return { given: { digits: digitsOf(answer.text, hints), result: 'speech' }, said: speechFacts(answer) };
}
