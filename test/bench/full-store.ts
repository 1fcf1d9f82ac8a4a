import { DatabaseSync } from 'node:sqlite';

/** A row that a daemon has written, as a model for others. */
type Model = Readonly<Record<string, string | number>>;

/** The time that the stored calls are spread over, in seconds: the last one of them has just been. */
const span = 30 * 86_400;

/**
 * Makes a store as full as one of many calls is, each with its activeflow, by copies of what a daemon has written of one. In bulk: no
 * daemon may have it open.
 */
export function fillStore(path: string, calls: number): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('pragma journal_mode = delete; pragma locking_mode = exclusive');
    database.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -400000');
    const indexes = indexesOf(database);
    for (const { name } of indexes) database.exec(`drop index ${name}`);
    const call = modelOf(database, `calls where status = 'hangup'`);
    const model = { call, flow: modelOf(database, `activeflows where reference_id = '${call.id}'`) };
    database.exec(`
      create temp table copies (n integer primary key, call text, flow text, tm text);
      insert into copies
        with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${calls})
        select n, ${randomUuid}, ${randomUuid}, strftime('%Y-%m-%d %H:%M:%f', 'now', (${span} * (n - ${calls}.0) / ${calls}) || ' seconds') || '000'
        from numbers;
    `);
    copy(database, 'calls', model.call, {
      [String(model.call.id)]: 'call',
      [String(model.flow.id)]: 'flow',
      [String(model.call.tm_create)]: 'tm',
    });
    copy(database, 'activeflows', model.flow, {
      [String(model.call.id)]: 'call',
      [String(model.flow.id)]: 'flow',
      [String(model.flow.tm_create)]: 'tm',
    });
    for (const { sql } of indexes) database.exec(sql);
    database.exec('pragma journal_mode = wal');
  } finally {
    database.close();
  }
}

const randomUuid = `(select substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-a' || substr(h, 18, 3) || '-' || substr(h, 21, 12)
  from (select lower(hex(randomblob(16))) as h where n = n))`;

/** Made anew when all is there they take a fraction of the time. */
function indexesOf(database: DatabaseSync): readonly { readonly name: string; readonly sql: string }[] {
  const query = `select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in ('calls', 'activeflows')`;
  return database.prepare(query).all() as { name: string; sql: string }[]; // both are texts
}

function modelOf(database: DatabaseSync, rows: string): Model {
  const row = database.prepare(`select * from ${rows} order by tm_create desc limit 1`).get();
  if (!row) throw new Error(`nothing to copy: ${rows}`);
  return row as Model; // our columns are texts and numbers
}

/** What is the model's own is replaced in every column by that of its copy. */
function copy(
  database: DatabaseSync,
  table: string,
  model: Model,
  own: Readonly<Record<string, 'call' | 'flow' | 'tm'>>,
): void {
  const columns = Object.keys(model);
  const values = columns.map((column) => {
    const replaced = Object.entries(own).reduce(
      (text, [from, to]) => `replace(${text}, '${from}', ${to})`,
      `(select "${column}" from ${table} where rowid = ${rowidOf(database, table, model)})`,
    );
    if (typeof model[column] === 'number') return String(model[column]);
    return column === 'source' ? `'+4930' || (n % 50000)` : replaced;
  });
  database.exec(
    `insert into ${table} (${columns.map((column) => `"${column}"`).join(', ')}) select ${values.join(', ')} from copies`,
  );
}

function rowidOf(database: DatabaseSync, table: string, { id }: Model): number {
  return Number(database.prepare(`select rowid from ${table} where id = ?`).get(String(id))?.rowid);
}
