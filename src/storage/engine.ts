import type { CompiledQuery, Kysely } from 'kysely';
import type { Seal } from '../core/seal.ts';
import type { Tables } from './tables.ts';

/** The rows of each query of a batch that selects or returns some, in their order. */
export type BatchAnswer = readonly (readonly unknown[])[];

/** What differs between the databases. All else is Kysely queries that every engine understands. */
export interface Engine {
  readonly database: Kysely<Tables>;
  /** Who this process is to the others: calls, activeflows and leases carry it. */
  readonly instance: string;
  /** Whether other processes write to it too, so that what is read before a write has to be locked. */
  readonly isShared: boolean;
  /** What is for flows alone is stored under it, where every daemon of the database has its key. */
  readonly seal?: Seal | undefined;
  /** Runs all in one transaction, with as few round trips as the engine can; answers the rows of each that has any to answer. */
  runBatch(queries: readonly CompiledQuery[]): Promise<BatchAnswer>;
  /** Whether a file is where it was when this was asked first; a server always is. */
  isInPlace(): Promise<boolean>;
  close(): Promise<void>;
}
