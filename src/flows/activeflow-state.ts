import * as z from 'zod';
import type { ActionJson } from '../ports/action-json.ts';
import type { FlowDefaults } from '../ports/flow-to-run.ts';
import type { Outcome } from './action.ts';
import type { ActiveflowRecord } from './activeflow-record.ts';

const variables = z.record(z.string(), z.string());
const list = z.object({
  id: z.string(),
  actions: z.array(z.custom<ActionJson>()).readonly(),
  repeats: z.literal(true).exactOptional(),
});

/** A step that has begun and is not over. */
const running = z.object({
  /** Its number: what it makes has ids of it. */
  step: z.int(),
  /** What the action has written down of itself, to be found by whoever goes on with it. */
  progress: z.unknown().optional(),
  /** Where the flow goes, once the action has said so: it is not run again then. */
  outcome: z.custom<Outcome>().optional(),
});

/** What an action does beside the flow, which has gone on. */
const aside = z.object({
  action: z.custom<ActionJson>(),
  step: z.int(),
  progress: z.unknown().optional(),
});

const counts = z.object({
  total: z.number(),
  sinceWaiting: z.number(),
  waited: z.number(),
  computed: z.number(),
});

/**
 * What is stored of an activeflow besides its record: all it takes to go on with it, or to end it; of one that has ended, what
 * it has kept. What an earlier version did not write is as if nothing had been said.
 */
export const activeflowState = z.object({
  /** Where it is; the main list is in its record, but where that hides a secret. */
  main: z.array(z.custom<ActionJson>()).readonly().optional(),
  lists: z.array(list).readonly().default([]),
  cursor: z
    .array(z.object({ list: z.string(), index: z.int() }))
    .readonly()
    .default([]),
  /** What its actions have counted. */
  counters: z.record(z.string(), z.number()).default({}),
  /** How many lists have been made for it: each has a name of its own. */
  lastList: z.int().default(0),
  /** The number of the last step that was begun. */
  step: z.int().default(0),
  /** Those that are not over: the action it is at, and before that those in which it is run. */
  running: z.array(running).readonly().default([]),
  /** What is done beside it, the oldest first. */
  beside: z.array(aside).readonly().default([]),
  guard: counts.optional(),
  /** Whether its actions wait until its call rings, or is answered. */
  awaits: z.enum(['', 'ringing', 'answer']).default(''),
  /** How many activeflows, and calls of flows, it comes after. */
  generation: z.int().default(0),
  depth: z.int().default(0),
  /** SIP headers of the call that were asked for, by the variables that stand for them. */
  headers: variables.default({}),
  variables: variables.default({}),
  /** Those of them that nobody but the flow is to see, where there are any. */
  hidden: z.array(z.string()).readonly().optional(),
  /** Those that were made of what was typed, where a trace leaves that out. */
  typed: z.array(z.string()).readonly().optional(),
  /** Those that stay when it has ended. */
  kept: variables.default({}),
  /** What its actions take that do not say it themselves. */
  defaults: z.custom<FlowDefaults>().optional(),
  /** Which form of its flow it runs, where that is stored. */
  revision: z.int().optional(),
  /** Whether it is traced. */
  trace: z.boolean().optional(),
  traceDigits: z.enum(['keep', 'mask']).optional(),
  /** Whether its end is told to the default webhook. */
  isTold: z.boolean().default(false),
  /** The flow that runs after it, with what that begins with besides its variables. */
  next: z
    .object({ flow_id: z.string(), generation: z.int(), depth: z.int().default(0), variables })
    .optional(),
});

export type ActiveflowState = z.output<typeof activeflowState>;

/** A step that has begun and is not over. */
export type RunningStep = z.output<typeof running>;

/** What was done beside a flow when its daemon died. */
export type LeftAside = z.output<typeof aside>;

/** An activeflow that a daemon which died has left behind. */
export interface LeftActiveflow {
  readonly record: ActiveflowRecord;
  readonly state: ActiveflowState;
}

/** As it is written. */
export type WrittenActiveflowState = z.input<typeof activeflowState>;

/** What the end of an activeflow takes of it: the next start ends it by that after a kill. */
export type EndingState = Pick<ActiveflowState, 'variables' | 'hidden' | 'kept' | 'isTold' | 'next'>;
