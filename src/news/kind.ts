import type * as z from 'zod';
import type { EventFamily } from './event-families.ts';

type Value = string | number;

/** What a column says of some rows. */
export type Condition = { readonly column: string } & (
  | { readonly is: Value }
  | { readonly isNot: Value }
  | { readonly isIn: readonly Value[] }
);

/** How a kind of record is kept that is written by the daemon only, in its latest form: the row of the table of kinds. */
export interface Kept<R> {
  /** By which events, and in which lane: those of one lane reach an endpoint in their order. Nobody is told of some kinds. */
  readonly told?: { readonly family: EventFamily; lane(record: R): string };
  /** What it is looked for by, besides its id and when it began. */
  columns(record: R): Readonly<Record<string, Value>>;
  /** Those that are found and listed; all unless given. */
  readonly shown?: Condition;
  /** Those that a start has to look after: they were not over when they were last written. */
  readonly lives: Condition;
  /** Those that go with their time. */
  readonly over?: Condition;
  /** The column of the time that counts for that; when it began, unless given. */
  readonly age?: string;
  /** How long they stay, by its name in the configuration. */
  readonly retention: 'calls' | 'recordings';
  /** What is written beside the record, to go on with it or to end it. What does not parse is as if it were not there. */
  readonly state: z.ZodObject;
  /** Fields that records lack which an earlier version wrote, behind those they have. */
  readonly since?: Partial<R>;
}
