import * as z from 'zod';
import { analyse, type Verdict } from '../amd/analysis.ts';
import { hearBeep } from '../amd/beep.ts';
import { now } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import { count, milliseconds } from '../core/units.ts';
import { within } from '../core/wait.ts';
import { type CallActionContext, defineAction } from '../flows/action.ts';
import { besideFlow } from '../flows/beside-the-flow.ts';
import { duration } from '../flows/option-schemas.ts';

/** Milliseconds of an analysis. */
const time = milliseconds(0, 60_000);

// Asterisk's defaults but for the words: a packet that comes late makes two words of one.
const option = z
  .strictObject({
    machine_handle: z
      .enum(['', 'continue', 'hangup'])
      .default('continue')
      .describe('`hangup`: a call that a machine has answered is hung up (reason `amd`)'),
    async: z.boolean().default(false).describe('the flow goes on at once, before the verdict'),
    wait_for: z
      .enum(['', 'beep'])
      .default('')
      .describe(
        '`beep`: a MACHINE is waited for until it has beeped, or `beep_timeout` is over; the flow goes on in either case',
      ),
    beep_timeout: duration.default(30_000).describe('how long a beep is waited for, in milliseconds'),
    initial_silence: time.default(2_500).describe('longer silence at first, in milliseconds: MACHINE'),
    greeting: time.default(1_500).describe('a longer greeting, in milliseconds: MACHINE'),
    after_greeting_silence: time.default(800).describe('silence after a greeting, in milliseconds: HUMAN'),
    total_analysis_time: time
      .min(100)
      .default(5_000)
      .describe('without a verdict by then, in milliseconds: NOTSURE'),
    minimum_word_length: time.default(100).describe('what is shorter, in milliseconds, is no word'),
    between_words_silence: time.default(50).describe('shorter silence, in milliseconds, does not end a word'),
    maximum_number_of_words: count('words', 0, 100)
      .default(4)
      .describe('how many words a human says at most; more: MACHINE'),
    silence_threshold: z
      .int()
      .min(0)
      .max(32_767)
      .default(256)
      .describe('mean amplitude of what is silence, 0 to 32 767'),
    maximum_word_length: time.default(5_000).describe('a longer word, in milliseconds: MACHINE'),
  })
  .refine((wanted) => !wanted.async || wanted.wait_for === '', {
    path: ['wait_for'],
    error: 'a flow that goes on cannot wait for a beep',
  });

type Option = z.output<typeof option>;

export default defineAction({
  type: 'amd',
  summary:
    'Finds out whether a human or a machine has answered; may hang up on a machine, or wait for its beep.',
  needs: 'answered call',
  option,
  example: { machine_handle: 'hangup', async: true },

  async run(context, wanted) {
    if (wanted.async) await besideFlow(context, (scope) => detect(context, wanted, scope));
    else await detect(context, wanted, context.scope);
  },
});

/** When the analysis began, how many snoops were made for it, and, once a machine was found, until when its beep is waited for. */
const progress = z.object({
  began: z.number(),
  snoops: z.int(),
  beepUntil: z.number().optional(),
});

type Progress = z.output<typeof progress>;

async function detect(context: CallActionContext, wanted: Option, scope: Scope): Promise<void> {
  const { call, id, ports, keep } = context;
  const left = context.left(progress) ?? { began: now(), snoops: 0 };
  const hangsUp = wanted.machine_handle === 'hangup';
  // From the beginning: the beep may come before the verdict, and is one.
  const beep =
    wanted.wait_for === 'beep' && !hangsUp
      ? hearBeep(call, { id, receive: ports.audio.receive, scope })
      : undefined;
  let { beepUntil } = left;
  if (beepUntil === undefined) {
    const { status } = await judge(context, wanted, { left, beep, scope });
    if (status !== 'MACHINE') return;
    beepUntil = now() + wanted.beep_timeout;
    if (hangsUp) return call.hangup('amd');
    if (beep) keep({ ...left, beepUntil });
  }
  if (beep) await within(beep, beepUntil - now(), scope.signal);
}

interface Judging {
  readonly left: Progress;
  readonly beep: Promise<void> | undefined;
  readonly scope: Scope;
}

/** Finds out who has answered, and tells of it. */
async function judge(
  { call, id, variables, publish, keep }: CallActionContext,
  wanted: Option,
  { left, beep, scope }: Judging,
): Promise<Verdict> {
  const onSnoop = (snoops: number): void => keep({ ...left, snoops });
  const { status, cause } = await verdict(analyse(call, wanted, { id, scope, stage: left, onSnoop }), beep);
  const duration = Math.round(now() - left.began);
  variables.note({
    'voipbin.amd.status': status,
    'voipbin.amd.cause': cause,
    'voipbin.amd.duration': String(duration),
  });
  publish({ type: 'amd_finished', data: { status, cause, duration } });
  return { status, cause };
}

/** Asterisk's, unless a beep says more. */
function verdict(analysis: Promise<Verdict>, beep: Promise<void> | undefined): Promise<Verdict> {
  const isMachine = beep?.then((): Verdict => ({ status: 'MACHINE', cause: 'BEEP' }));
  return isMachine ? Promise.race([isMachine, analysis]) : analysis;
}
