import * as z from 'zod';
import type { Notes } from './notes.ts';
import type { PromptOptions } from './prompt.ts';

const progress = z.object({ asked: z.int().nonnegative() });

/** How many playbacks have been asked for, where an action has nothing else to write down. */
export function askedPlaybacks({ keep, left }: Notes): Pick<PromptOptions, 'asked' | 'onAsked'> {
  return { asked: left(progress)?.asked, onAsked: (asked) => keep({ asked }) };
}
