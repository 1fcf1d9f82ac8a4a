import * as z from 'zod';
import { objectIn } from '../flows/written.ts';
import { Choice } from './choice.ts';
import { type AskingContext, exchange, partOf } from './exchange.ts';
import { itemsOf, type PlacedItem, spoken, type WrittenPrompt } from './prompts.ts';
import type { Question } from './question.ts';
import { Stages } from './stages.ts';

/** How a number is read back, and by which keys it is confirmed, or taken back. */
export interface Confirmation {
  readonly read_back_prompts: readonly WrittenPrompt[];
  readonly confirm_prompts: readonly WrittenPrompt[];
  readonly confirm_key: string;
  readonly again_key: string;
}

/**
 * Reads digits back, each on its own, and waits for the key; answers whether they are right. Who presses nothing, or another key,
 * hears them again, as often as he would be asked again.
 */
export async function isConfirmed(
  context: AskingContext,
  digits: string,
  asked: Question & Confirmation,
): Promise<boolean> {
  const { confirm_key, again_key, retries, first_digit_timeout } = asked;
  const choice = new Choice([confirm_key, again_key], '');
  const stages = new Stages(context, z.int(), 1);
  for (; stages.at <= retries + 1; stages.go(stages.at + 1)) {
    const own = partOf(context, stages.notes, 'confirm', stages.at);
    const answer = await exchange(own, {
      items: readBack(context, digits, asked),
      bargeIn: asked.barge_in,
      hasKeys: true,
      typing: { length: 1, key: '', duration: first_digit_timeout },
    });
    const key = 'digits' in answer ? choice.of(answer.digits) : undefined;
    if (key !== undefined) return key === confirm_key;
  }
  return false;
}

function readBack(
  { action, ports }: AskingContext,
  digits: string,
  asked: Question & Confirmation,
): readonly PlacedItem[] {
  const written = objectIn(action.option);
  const items = (key: 'read_back_prompts' | 'confirm_prompts'): readonly PlacedItem[] =>
    itemsOf(key, asked[key], { sounds: ports, voice: asked, written });
  // One by one: so they are spoken as digits in every language, and no file has a number of anybody's in it.
  const number = [...digits].map((digit) => ({
    ...spoken({ text: names.get(digit) ?? digit }, { speech: ports.speech, voice: asked }),
    path: 'read_back',
  }));
  return [...items('read_back_prompts'), ...number, ...items('confirm_prompts')];
}

const names: ReadonlyMap<string, string> = new Map([
  ['*', 'star'],
  ['#', 'hash'],
]);
