import * as z from 'zod';
import { type ActionCode, actionCodes } from '../core/action-codes.ts';
import { misfitsOf, wording } from '../core/misfits.ts';
import { didYouMean } from '../core/nearest.ts';
import { durationIn } from './duration.ts';
import { instantIn } from './instant.ts';
import { patternProblem } from './pattern.ts';

// All that is written in a test file, but for JSON in it, comes here as text, as it is written: `presses: 0123` has four digits.

const text = z.string().min(1, 'expected text').max(10_000);

/** Told by its form, so that what is wrong is said of the form that was meant. */
function either<One, Other>(plain: z.ZodType<One>, whole: z.ZodType<Other>) {
  return z.unknown().transform((value, context): One | Other => {
    const parsed = (typeof value === 'string' ? plain : whole).safeParse(value, wording);
    if (parsed.success) return parsed.data;
    for (const { path, message } of misfitsOf(parsed.error))
      context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  });
}

const pattern = z.strictObject({ matches: text.superRefine(complainOfPattern) });

/** A text that is part of what there is, or a regular expression that is found in it. */
const like = either(text, pattern);

function complainOfPattern(pattern: string, context: z.RefinementCtx): void {
  const message = patternProblem(pattern);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}

const duration = text.transform((written, context) => {
  const ms = durationIn(written);
  if (ms === undefined || ms > 86_400_000) {
    context.addIssue({
      code: 'custom',
      message: 'expected a duration such as 500ms, 30s or 1h 30m, at most 24h',
    });
    return z.NEVER;
  }
  return ms;
});

const instant = text.transform((written, context) => {
  const ms = instantIn(written);
  if (ms === undefined) {
    const message = 'expected a moment such as 2026-12-24 18:05 Europe/Berlin or 2026-12-24T18:05+01:00';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return ms;
});

const wholeNumber = (least: number, most: number) =>
  text
    .refine(
      (written) => /^\d{1,15}$/.test(written) && Number(written) >= least && Number(written) <= most,
      `expected a whole number from ${least} to ${most}`,
    )
    .transform(Number);

const digits = z
  .string()
  .regex(/^[0-9A-D*#]{1,64}$/, 'expected 1 to 64 digits of 0-9 A-D * #; a # is written in quotes');

/** `POST https://clinic.example/pin`, any method where none is said; `*` stands for anything. */
const address = text
  .regex(
    /^((GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) )?\S+$/,
    'expected a URL, or a method and a URL: POST https://clinic.example/pin; * stands for anything',
  )
  .transform((written) => {
    const [, method, url = ''] = /^(?:([A-Z]+) )?(\S+)$/.exec(written) ?? [];
    return { written, method, url };
  });

const reply = z
  .strictObject({
    to: address,
    json: z.unknown().optional(),
    text: z.string().max(1_000_000).optional(),
    status: wholeNumber(200, 599).optional(),
    after: duration.optional(),
    fails: z.enum(['timeout', 'connection']).optional(),
  })
  .superRefine(({ fails, status, json, text: body }, context) => {
    if (fails !== undefined && (status ?? json ?? body) !== undefined)
      context.addIssue({ code: 'custom', path: ['fails'], message: 'who fails replies nothing' });
    if (json !== undefined && body !== undefined)
      context.addIssue({ code: 'custom', path: ['text'], message: 'expected json or text, not both' });
  });

const answers = z.enum(['human', 'machine', 'busy', 'noanswer', 'refused']);

/** What somebody does who is called. */
const party = z.strictObject({ answers, after: duration.optional(), talks: duration.optional() });

const named = <T extends z.ZodType>(value: T) => z.record(text, value);

/** Why an action fails. */
const code = text.transform((written, context): ActionCode => {
  if (Object.hasOwn(actionCodes, written)) return written as ActionCode; // it is one of them
  const hint = didYouMean(written, Object.keys(actionCodes));
  context.addIssue({
    code: 'custom',
    message: `no such code${hint === '' ? ': actions.md has them all' : hint}`,
  });
  return z.NEVER;
});

const given = z.strictObject({
  folder: text.optional(),
  env: named(z.string()).optional(),
  dials: text.optional(),
  flow: text.optional(),
  from: text.optional(),
  at: instant.optional(),
  seed: wholeNumber(0, 4_294_967_295).optional(),
  variables: named(z.string()).optional(),
  replies: z.array(reply).max(1_000).optional(),
  answered_by: z.enum(['human', 'machine']).optional(),
  called: named(
    either(
      answers.transform((how) => ({ answers: how, after: undefined, talks: undefined })),
      party,
    ),
  ).optional(),
  fails: named(code).optional(),
});

const plainSteps = ['hangs up', 'presses nothing'] as const;

const plainStep = z.string().transform((written, context): { readonly does: (typeof plainSteps)[number] } => {
  const does = plainSteps.find((each) => each === written);
  if (does) return { does };
  const [, word = '', rest = ''] = /^(\S+) (.*)$/s.exec(written) ?? [];
  const hint = Object.hasOwn(wholeStep.shape, word)
    ? `, did you mean "${word}: ${rest}"?`
    : didYouMean(written, [...plainSteps, ...Object.keys(wholeStep.shape)]);
  const message = `no such step${hint === '' ? `: there are ${[...plainSteps, ...Object.keys(wholeStep.shape)].join(', ')}` : hint}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const wholeStep = z.strictObject({
  hears: like.optional(),
  presses: digits.optional(),
  says: text.optional(),
  hangs_up_after: duration.optional(),
});

/** What the caller does next. */
const step = either(
  plainStep,
  wholeStep.superRefine((written, context) => {
    if (context.issues.length > 0) return; // it has been said already what is wrong with it
    const [first, second] = Object.keys(written);
    if (first === undefined) context.addIssue({ code: 'custom', message: 'expected a step' });
    if (second !== undefined)
      context.addIssue({
        code: 'custom',
        path: [second],
        message: 'expected one thing a step: this is another one',
      });
  }),
);

const requested = either(
  address.transform((to) => ({ to, json: undefined, text: undefined })),
  z.strictObject({ to: address, json: z.unknown().optional(), text: like.optional() }),
);

const expected = z.strictObject({
  heard: z.array(like).max(1_000).optional(),
  not_heard: z.array(like).max(1_000).optional(),
  requested: z.array(requested).max(1_000).optional(),
  not_requested: z.array(address).max(1_000).optional(),
  variables: named(either(z.string(), pattern)).optional(),
  passed: z.array(text).max(1_000).optional(),
  not_passed: z.array(text).max(1_000).optional(),
  ended_by: z.enum(['caller', 'flow']).optional(),
  ended_within: duration.optional(),
});

const test = z.strictObject({
  name: text.max(200),
  given: given.optional(),
  caller: z.array(step).max(1_000).optional(),
  expect: expected.optional(),
});

export const testFile = z.strictObject({
  given: given.optional(),
  tests: z.array(test).min(1).max(10_000),
});

export type Like = z.output<typeof like>;
export type Address = z.output<typeof address>;
export type Reply = z.output<typeof reply>;
export type Given = z.output<typeof given>;
export type Step = z.output<typeof step>;
export type Expected = z.output<typeof expected>;
export type Requested = z.output<typeof requested>;
export type WrittenTest = z.output<typeof test>;
