import * as z from 'zod';
import type { ActionJson } from '../ports/action-json.ts';

const variables = z.record(z.string(), z.string());
const list = z.object({
  id: z.string(),
  actions: z.array(z.custom<ActionJson>()).readonly(),
  repeats: z.literal(true).exactOptional(),
});

/**
 * What is stored of an activeflow besides its record: all it takes to go on with it, or to end it; of one that has ended, what
 * it has kept. What an earlier version did not write is as if nothing had been said.
 */
export const activeflowState = z.object({
  /** Where it is; the main list is in its record. */
  lists: z.array(list).readonly().default([]),
  cursor: z
    .array(z.object({ list: z.string(), index: z.int() }))
    .readonly()
    .default([]),
  /** What its actions have counted. */
  counters: z.record(z.string(), z.number()).default({}),
  /** The number of the step it is at: what that makes has ids of it. */
  step: z.int().default(0),
  /** What the action at that step has written down of itself, to be found by whoever goes on with it. */
  progress: z.unknown().optional(),
  variables: variables.default({}),
  /** Those that stay when it has ended. */
  kept: variables.default({}),
  /** Whether its end is told to the default webhook. */
  isTold: z.boolean().default(false),
  /** The flow that runs after it, with what that begins with besides its variables. */
  next: z
    .object({ flow_id: z.string(), generation: z.int(), depth: z.int().default(0), variables })
    .optional(),
});

export type ActiveflowState = z.output<typeof activeflowState>;

/** As it is written. */
export type WrittenActiveflowState = z.input<typeof activeflowState>;

/** What the end of an activeflow takes of it: the next start ends it by that after a kill. */
export type EndingState = Pick<ActiveflowState, 'variables' | 'kept' | 'isTold' | 'next'>;
