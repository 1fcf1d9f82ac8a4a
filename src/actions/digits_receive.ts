import * as z from 'zod';
import type { Call } from '../calls/call.ts';
import { UserTime } from '../calls/user-time.ts';
import { count } from '../core/units.ts';
import { defineAction } from '../flows/action.ts';
import { duration } from '../flows/option-schemas.ts';

const digits = z.string().regex(/^[0-9A-D*#]*$/, 'expected digits of 0-9 A-D * #');

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
});

type Option = z.output<typeof option>;

export default defineAction({
  type: 'digits_receive',
  summary:
    'Collects digits, those typed ahead first, until `length`, a `key` or the end of `duration`; its times stand still while the phone holds.',
  needs: 'call',
  option,
  example: { duration: 10_000, length: 3, key: '#' },

  async run({ call, variables, signal, publish }, wanted) {
    if (wanted.clear) call.digits.clear();
    const { digits, result } = await collect(call, wanted, signal);
    variables.note({ 'voipbin.call.digits': digits, 'voipbin.digits_receive.result': result });
    publish({ type: 'digits_received', data: { digits, result } });
    return undefined;
  },
});

interface Input {
  readonly digits: string;
  readonly result: 'length' | 'key' | 'timeout';
}

async function collect(call: Call, wanted: Option, signal: AbortSignal): Promise<Input> {
  const time = new UserTime(call.hold);
  const first = wanted.first_digit_timeout ?? Number.POSITIVE_INFINITY;
  const between = wanted.inter_digit_timeout ?? Number.POSITIVE_INFINITY;
  const end = time.now + wanted.duration;
  let digits = '';
  // Each digit starts its own patience; a dropped one does not.
  let patience = time.now + first;
  for (;;) {
    const left = Math.min(end, patience) - time.now;
    const digit = await call.digits.take(left, signal, time.within);
    if (digit === undefined) return { digits, result: 'timeout' };
    const isKey = wanted.key.includes(digit);
    if (!isKey && wanted.allowed !== undefined && !wanted.allowed.includes(digit)) continue;
    digits += digit;
    if (isKey) return { digits, result: 'key' };
    if (digits.length === wanted.length) return { digits, result: 'length' };
    patience = time.now + between;
  }
}
