import * as z from 'zod';
import type { TypingOption } from '../calls/typing.ts';
import type { Facts } from '../flows/variables.ts';
import { objectIn } from '../flows/written.ts';
import type { HearingRequest } from '../ports/hearing.ts';
import { type AskingContext, exchange, partOf } from './exchange.ts';
import { itemsOf, type PlacedItem } from './prompts.ts';
import type { Question } from './question.ts';
import { speechFacts } from './speech-facts.ts';
import { Stages } from './stages.ts';
import type { Answer } from './typed-or-said.ts';

const failures = ['no_input', 'no_match', 'unconfirmed'] as const;

/** Why an answer will not do: there was none, it is none that is wanted, or he has taken it back. */
export type Failure = (typeof failures)[number];

/** What becomes of an answer: it will do, it will not, or he wants to hear the question again. */
export type Verdict<T, F extends Failure> = { readonly accepted: T } | { readonly failed: F } | 'again';

export interface Asked<T, F extends Failure> {
  readonly question: Question;
  /** In what he types; how long he has for that the question says. */
  readonly typing: Pick<TypingOption, 'length' | 'key' | 'allowed' | 'isEnough'>;
  /** Phrases that are likely to be said. */
  readonly hints: readonly string[];
  /** What is told of an answer, once for each. */
  readonly onAnswer?: (answer: Answer) => void;
  readonly judge: (answer: Answer, context: AskingContext) => Verdict<T, F> | Promise<Verdict<T, F>>;
}

export interface Outcome<T, F extends Failure> {
  readonly answer: Answer;
  readonly verdict: { readonly accepted: T } | { readonly failed: F };
  /** How often he was asked. */
  readonly tries: number;
}

const answer = z.union([
  z.object({
    digits: z.string(),
    result: z.enum(['length', 'key', 'timeout']),
    isHidden: z.literal(true).exactOptional(),
  }),
  z.object({
    text: z.string(),
    isFinal: z.boolean(),
    start: z.number(),
    end: z.number(),
    confidence: z.number().optional(),
  }),
]);

const place = z.object({
  /** Questions and their answers so far, this one included: those that he only wanted to hear again count here. */
  exchange: z.int(),
  tries: z.int(),
  /** Why the answer before would not do. */
  failed: z.enum(['', ...failures]),
  /** The one that is being judged. */
  answer: answer.optional(),
});

type Place = z.output<typeof place>;

/** Asks until an answer will do, or there are no more tries. @throws ActionError; the scope's reason */
export async function ask<T, F extends Failure>(
  context: AskingContext,
  asked: Asked<T, F>,
): Promise<Outcome<T, F>> {
  const stages = new Stages<Place>(context, place, { exchange: 1, tries: 1, failed: '' });
  for (;;) {
    const at = stages.at;
    const own = partOf(context, stages.notes, at.exchange);
    const answer = at.answer ?? (await exchange(own, exchangeOf(own, asked, at.failed)));
    if (!at.answer) {
      asked.onAnswer?.(answer);
      stages.go({ ...at, answer });
    }
    const verdict = await asked.judge(answer, own);
    const next = { exchange: at.exchange + 1, tries: at.tries, failed: '' as const };
    if (verdict === 'again') stages.go(next);
    else if ('accepted' in verdict || at.tries > asked.question.retries)
      return { answer, verdict, tries: at.tries };
    else {
      // Whoever is wrong may have typed on, which is no answer to what he hears next.
      context.call.digits.clear();
      stages.go({ ...next, tries: at.tries + 1, failed: verdict.failed });
    }
  }
}

function exchangeOf(
  { action, ports }: AskingContext,
  { question, typing, hints }: Pick<Asked<unknown, Failure>, 'question' | 'typing' | 'hints'>,
  failed: Place['failed'],
): Parameters<typeof exchange>[1] {
  const { input, barge_in, first_digit_timeout, inter_digit_timeout } = question;
  const written = objectIn(action.option);
  const items = (key: 'prompts' | 'no_input_prompts' | 'no_match_prompts'): readonly PlacedItem[] =>
    itemsOf(key, question[key], { sounds: ports, voice: question, written });
  return {
    items: [
      ...(failed === 'no_input' || failed === 'no_match' ? items(`${failed}_prompts`) : []),
      ...items('prompts'),
    ],
    bargeIn: barge_in,
    hasKeys: input.includes('dtmf'),
    hearing: input.includes('speech') ? hearingOf(question, hints) : undefined,
    typing: {
      ...typing,
      ...{ first_digit_timeout, inter_digit_timeout },
      duration: first_digit_timeout + mostDigits * inter_digit_timeout,
    },
  };
}

/** No answer has more. */
const mostDigits = 100;

function hearingOf({ language, stt_provider }: Question, hints: readonly string[]): HearingRequest {
  return { language, provider: stt_provider || undefined, hints };
}

/** The variables that tell what was said, where words count. */
export function saidBy(answer: Answer, { input }: Question): Facts {
  if (!input.includes('speech')) return {};
  return speechFacts('text' in answer ? answer : undefined);
}
