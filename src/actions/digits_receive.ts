import * as z from 'zod';
import { hasBegun, type Typed, Typing } from '../calls/typing.ts';
import { messageOf } from '../core/errors.ts';
import { count } from '../core/units.ts';
import { type CallActionContext, defineAction } from '../flows/action.ts';
import { duration } from '../flows/option-schemas.ts';
import type { Facts } from '../flows/variables.ts';
import { listIn } from '../flows/written.ts';
import { FirstWords } from '../hearing/first-words.ts';
import { digitsOf, phrasesIn } from '../hearing/phrases.ts';
import type { Heard } from '../ports/hearing.ts';
import { hearingHints, hearingProvider } from '../ports/hearing-option.ts';
import { language } from '../ports/prompt-options.ts';

const digits = z.string().regex(/^[0-9A-D*#]*$/, 'expected digits of 0-9 A-D * #');

const ways = ['dtmf', 'speech'] as const;

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
  input: z
    .array(z.enum(ways))
    .min(1)
    .max(ways.length)
    .refine((given) => new Set(given).size === given.length, 'expected each once')
    .default(['dtmf'])
    .meta({
      description: 'what counts: keys, what is said, or whichever comes first',
      examples: [['dtmf', 'speech']],
    }),
  language: language.default('en-US').describe('of what is said'),
  provider: hearingProvider.meta({
    description: 'the engine that hears what is said; empty: the first that can',
    examples: ['local'],
  }),
  hints: z
    .union([
      hearingHints.unwrap(),
      z
        .record(z.string().min(1).max(100), digits.min(1).max(100))
        .refine((phrases) => Object.keys(phrases).length <= 100, 'expected at most 100'),
    ])
    .default([])
    .meta({
      description:
        'phrases that are likely to be said, or an object of phrases and the digits that each stands for; at most 100',
      examples: [{ sales: '1', support: '2' }],
    }),
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
    const { digits, result, ...said } = wanted.input.includes('speech')
      ? await typedOrSaid(context, wanted)
      : await new Typing(context, wanted).collect(scope.signal);
    variables.note({ 'voipbin.call.digits': digits, 'voipbin.digits_receive.result': result, ...said });
    publish({ type: 'digits_received', data: { digits, result } });
    return undefined;
  },
});

interface Input extends Facts {
  readonly digits: string;
  readonly result: Typed['result'] | 'speech';
}

/** Whichever begins first: from the first digit on nothing counts that is said. */
async function typedOrSaid(context: CallActionContext, wanted: Option): Promise<Input> {
  const { call, id, ports, scope, signal, log } = context;
  await call.answer(signal); // before that a phone sends no voice
  const typing = new Typing(context, wanted);
  if (typing.hasDigits) return { ...(await typing.collect(signal)), ...nothingSaid };
  const { language, provider, hints, input } = wanted;
  const deaf = Promise.withResolvers<never>();
  const hasKeys = input.includes('dtmf');
  deaf.promise.catch((error: unknown) => {
    if (hasKeys) log.warn({ error: messageOf(error) }, 'speech_not_heard');
  });
  const request = { language, provider: provider || undefined, hints: phrasesIn(hints) };
  const words = new FirstWords(call, { request, ports, id, scope }, deaf.reject);
  const own = scope.child();
  try {
    const typed = hasKeys
      ? typing.collect(own.signal, () => void words.stop())
      : Promise.race([silence(typing, own.signal), deaf.promise]);
    const first = await Promise.race([typed, words.said]);
    if ('text' in first) return said(first, wanted);
    if (first.digits !== '') return { ...first, ...nothingSaid };
    // No digit has come in its time, but words may be on their way.
    if (!words.isBeingSaid) return { ...first, ...nothingSaid };
    await typing.time.within(Promise.race([words.said, words.pause]), typing.left, signal);
    const last = await words.rest(signal);
    return last ? said(last, wanted) : { ...first, ...nothingSaid };
  } finally {
    await own.close();
    await words.stop();
  }
}

/** Where keys do not count: as long as a first digit would be waited for. */
async function silence(typing: Typing, signal: AbortSignal): Promise<Input> {
  await typing.time.within(new Promise<never>(() => undefined), typing.patience, signal);
  return { digits: '', result: 'timeout' };
}

const nothingSaid = { 'voipbin.call.speech': '', 'voipbin.call.speech_confidence': '' } as const;

function said({ text, confidence }: Heard, { hints }: Option): Input {
  return {
    digits: digitsOf(text, hints),
    result: 'speech',
    'voipbin.call.speech': text,
    'voipbin.call.speech_confidence': confidence === undefined ? '' : String(Number(confidence.toFixed(3))),
  };
}
