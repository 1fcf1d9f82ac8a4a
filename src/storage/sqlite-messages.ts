/** What can be bound to a statement; everything else we store is JSON text. */
export type SqlValue = string | number | bigint | null;

export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** What the store's thread is asked. `batch` is one transaction; `rollback` does nothing outside a transaction. */
export type Request =
  | { readonly kind: 'run'; readonly statement: Statement }
  | { readonly kind: 'batch'; readonly statements: readonly Statement[] }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'close' };

export interface SqlResult {
  /** Of a batch the rows of each statement that has any to answer. */
  readonly rows: readonly unknown[];
  readonly changes: number | bigint;
}

/** What SQLite said: its extended result code, 0 where the error is not SQLite's. */
export interface SqlFailure {
  readonly code: number;
  readonly message: string;
}

export type Answer = { readonly id: number } & (
  | { readonly result: SqlResult }
  | { readonly failure: SqlFailure }
);
