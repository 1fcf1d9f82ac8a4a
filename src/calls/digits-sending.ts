import * as z from 'zod';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { milliseconds } from '../core/units.ts';
import { sleep, sleepUntil } from '../core/wait.ts';
import type { Call } from './call.ts';
import type { Notes } from './notes.ts';

/** Digits to be sent to a call. */
export const digitsOption = z.strictObject({
  digits: z
    .string()
    .regex(/^[0-9A-D#*]{1,100}$/, 'expected 1 to 100 of 0-9, A-D, # and *')
    .meta({ description: '1 to 100 of 0-9, A-D, # and *', examples: ['1234'] }),
  duration: milliseconds(100, 1_000).default(100).describe('how long each digit is, in milliseconds'),
  interval: milliseconds(0, 5_000)
    .default(100)
    .describe('how long the pause between two digits is, in milliseconds'),
});

export type DigitsOption = z.output<typeof digitsOption>;

/** Asterisk is silent for so long before the first digit. */
const lead = 100;

const progress = z.object({ end: z.number() });

/**
 * Sends them behind what is being played, and not while the phone holds; resolves when the last one is out. Asterisk goes on with
 * what it was asked to send, whoever asked. @throws ActionError `DIGITS_NOT_SENT`
 */
export async function sendDigits(
  call: Call,
  option: DigitsOption,
  { signal, keep, left }: Notes & { readonly signal: AbortSignal },
): Promise<void> {
  const begun = left(progress);
  if (begun) await sleepUntil(begun.end, signal);
  else await send(call, option, { signal, keep });
  // Asterisk takes a little longer than it should and does not say when it is done; an answer waits for that.
  await call.ari.answer(call.channelId, signal).catch(() => signal.throwIfAborted());
}

async function send(
  call: Call,
  { digits, duration, interval }: DigitsOption,
  { signal, keep }: Pick<Notes, 'keep'> & { readonly signal: AbortSignal },
): Promise<void> {
  await call.prompts.whenHeard(signal);
  await call.hold.over(signal);
  // Asterisk takes 0 for its default of 100 ms.
  const between = Math.max(1, interval);
  const length = lead + digits.length * duration + (digits.length - 1) * between;
  keep({ end: now() + length });
  try {
    await call.ari.sendDtmf(call.channelId, { digits, duration, between }, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('DIGITS_NOT_SENT', 'Asterisk does not send digits to this call', { cause });
  }
  await sleep(length, signal);
}
