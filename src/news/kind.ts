import type * as z from 'zod';
import type { EventFamily } from './event-families.ts';

type Value = string | number;

/** Rows, by the value of one column. */
export type Condition = { readonly column: string } & (
  | { readonly is: Value }
  | { readonly isNot: Value }
  | { readonly isIn: readonly Value[] }
);

/** How a kind of record is kept that is written by the daemon only, in its latest form: the row of the table of kinds. */
export interface Kept<R> {
  /** By which events, and in which lane: those of one lane reach an endpoint in their order. Nobody is told of some kinds. */
  readonly told?: { readonly family: EventFamily; lane(record: R): string };
  /** The columns by which a record is looked for, besides its id and the time it began. */
  columns(record: R): Readonly<Record<string, Value>>;
  /** Those of its columns, and the time it began, that are never other than they were first; some of them where this is missing. */
  readonly fixed?: readonly string[];
  /** What people may look for it by; not looked for where this is missing. */
  words?(record: R): string;
  /** The rows that are found and listed; all of them where this is missing. */
  readonly shown?: Condition;
  /** The rows that a start has to look after: their things had not ended when they were last written. None where this is missing. */
  readonly lives?: Condition;
  /** The rows that may be deleted for their age: their things have ended. */
  readonly over?: Condition;
  /** The column with the time from which that age counts; the time it began where this is missing. */
  readonly age?: string;
  /** How long they stay, by its name in the configuration. */
  readonly retention: 'calls' | 'recordings' | 'traces';
  /** The data that is written beside the record, to go on with the thing or to end it. Data that does not parse counts as none. */
  readonly state: z.ZodObject;
  /** Fields that records lack which an earlier version wrote, behind those they have. */
  readonly since?: Partial<R>;
}
