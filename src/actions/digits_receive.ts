import * as z from 'zod';
import type { Call } from '../calls/call.ts';
import { UserTime } from '../calls/user-time.ts';
import { messageOf } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
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
    if (wanted.clear) call.digits.clear();
    const { digits, result, ...said } = wanted.input.includes('speech')
      ? await typedOrSaid(context, wanted)
      : await collect(call, wanted, { time: new UserTime(call.hold), scope });
    variables.note({ 'voipbin.call.digits': digits, 'voipbin.digits_receive.result': result, ...said });
    publish({ type: 'digits_received', data: { digits, result } });
    return undefined;
  },
});

interface Input extends Facts {
  readonly digits: string;
  readonly result: 'length' | 'key' | 'timeout' | 'speech';
}

interface Collecting {
  readonly time: UserTime;
  readonly scope: Scope;
  /** Called at the first digit that counts. */
  readonly onFirst?: () => void;
}

async function collect(call: Call, wanted: Option, { time, scope, onFirst }: Collecting): Promise<Input> {
  const first = wanted.first_digit_timeout ?? Number.POSITIVE_INFINITY;
  const between = wanted.inter_digit_timeout ?? Number.POSITIVE_INFINITY;
  const end = time.now + wanted.duration;
  let digits = '';
  // Each digit starts its own patience; a dropped one does not.
  let patience = time.now + first;
  for (;;) {
    const left = Math.min(end, patience) - time.now;
    const digit = await call.digits.take(left, scope.signal, time.within);
    if (digit === undefined) return { digits, result: 'timeout' };
    const isKey = wanted.key.includes(digit);
    if (!isKey && wanted.allowed !== undefined && !wanted.allowed.includes(digit)) continue;
    if (digits === '') onFirst?.();
    digits += digit;
    if (isKey) return { digits, result: 'key' };
    if (digits.length === wanted.length) return { digits, result: 'length' };
    patience = time.now + between;
  }
}

/** Whichever begins first: from the first digit on nothing counts that is said. */
async function typedOrSaid(context: CallActionContext, wanted: Option): Promise<Input> {
  const { call, id, ports, scope, signal, log } = context;
  await call.answer(signal); // before that a phone sends no voice
  const { language, provider, hints, input } = wanted;
  const deaf = Promise.withResolvers<never>();
  const hasKeys = input.includes('dtmf');
  deaf.promise.catch((error: unknown) => {
    if (hasKeys) log.warn({ error: messageOf(error) }, 'speech_not_heard');
  });
  const request = { language, provider: provider || undefined, hints: phrasesIn(hints) };
  const words = new FirstWords(call, { request, ports, id, scope }, deaf.reject);
  const typing = scope.child();
  const time = new UserTime(call.hold);
  const end = time.now + wanted.duration;
  try {
    const typed = hasKeys
      ? collect(call, wanted, { time, scope: typing, onFirst: () => void words.stop() })
      : Promise.race([silence(wanted, { time, scope: typing }), deaf.promise]);
    const first = await Promise.race([typed, words.said]);
    if ('text' in first) return said(first, wanted);
    if (first.digits !== '') return { ...first, ...nothingSaid };
    // No digit has come in its time, but words may be on their way.
    if (!words.isBeingSaid) return { ...first, ...nothingSaid };
    await time.within(Promise.race([words.said, words.pause]), end - time.now, signal);
    const last = await words.rest(signal);
    return last ? said(last, wanted) : { ...first, ...nothingSaid };
  } finally {
    await typing.close();
    await words.stop();
  }
}

/** Where keys do not count: as long as a first digit would be waited for. */
async function silence(wanted: Option, { time, scope }: Collecting): Promise<Input> {
  const patience = Math.min(wanted.duration, wanted.first_digit_timeout ?? Number.POSITIVE_INFINITY);
  await time.within(new Promise<never>(() => undefined), patience, scope.signal);
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
