import * as z from 'zod';

/** Something that was done with a call, or that it has met. */
export interface Entry {
  readonly kind: 'flow' | 'action' | 'failure' | 'playback' | 'hold' | 'digit' | 'variables' | 'request';
  /** Microseconds since 1970. */
  readonly at: number;
  /** Likewise; missing while it goes on. */
  end?: number | undefined;
  /** Which one of its kind: the type of an action, a medium, a digit. */
  readonly what: string;
  readonly id?: string;
  /** The step of the flows of its call that it is, or is a part of. */
  readonly step?: number;
  data?: Readonly<Record<string, unknown>> | undefined;
}

/** A part of what is told of a call, as the store has it. */
export interface TraceRecord {
  readonly id: string;
  readonly call_id: string;
  readonly entries: readonly Entry[];
  readonly tm_create: string;
}

/** What is written of a diary with its call. */
export const diaryState = z.object({
  entries: z.array(z.custom<Entry>()).readonly(),
  /** What lies on pages, in characters: what had no room here, and what was traced. */
  moved: z.int().optional(),
  traced: z.int().optional(),
  /** Whether a flow was traced on it. */
  hasTrace: z.boolean().optional(),
  /** Whether there was more to tell than there was room for. */
  isCut: z.boolean().optional(),
});

export type DiaryState = z.output<typeof diaryState>;
