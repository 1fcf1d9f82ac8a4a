/**
 * A row of any table: the record as JSON text (its keys in the order of the wire), and beside it the columns that
 * queries need. A new field of a record needs no migration, a new question to a table does.
 */
export interface Row {
  id: string;
  record: string;
  tm_create: string;
  [column: string]: string | number;
}

export type Tables = Record<string, Row>;
