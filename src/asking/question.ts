import * as z from 'zod';
import { count } from '../core/units.ts';
import { duration } from '../flows/option-schemas.ts';
import { hearingProvider } from '../ports/hearing-option.ts';
import { input } from './input-option.ts';
import { promptList, voiceOption } from './prompts.ts';

const example = [{ text: 'For sales, press 1.' }];

/** What whoever asks a caller something says of how: the same for every kind of question. */
export const questionOption = {
  prompts: promptList.min(1).meta({
    description: 'what he hears, one after the other: texts, URLs, sounds, each in its language; at most 20',
    examples: [[...example, { stream_url: 'sound:demo-congrats' }]],
  }),
  no_input_prompts: promptList.default([]).meta({
    description: 'what he hears before the prompts when he has answered nothing',
    examples: [[{ text: 'I have not heard anything.' }]],
  }),
  no_match_prompts: promptList.default([]).meta({
    description: 'likewise when his answer will not do',
    examples: [[{ text: 'There is no such choice.' }]],
  }),
  retries: count('times', 0, 20).default(2).describe('how often he is asked again'),
  first_digit_timeout: duration
    .default(5_000)
    .describe('how long an answer is waited for once all was heard, in milliseconds'),
  inter_digit_timeout: duration
    .default(3_000)
    .describe('how long each further digit is waited for, in milliseconds'),
  barge_in: z
    .boolean()
    .default(true)
    .describe('whether a digit, or his voice, ends all of the prompts; digits typed ahead count either way'),
  input,
  ...voiceOption,
  stt_provider: hearingProvider.meta({
    description: 'the engine that hears what is said; empty: the first that can',
    examples: ['local'],
  }),
};

const question = z.object(questionOption);

export type Question = z.output<typeof question>;
