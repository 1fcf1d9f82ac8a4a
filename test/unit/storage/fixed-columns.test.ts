import { expect, test } from 'vitest';
import { type Kind, keptOf, kinds } from '../../../src/news/kinds.ts';
import { LiveTable } from '../../../src/storage/live-table.ts';
import { openSqlite } from '../../../src/storage/sqlite.ts';
import { givenActiveflow, givenCall } from '../../support/store-records.ts';

test.each(['calls', 'activeflows'] satisfies Kind[])(
  'of %s the columns that stay as they were are written once',
  async (kind) => {
    const engine = openSqlite(':memory:', '');
    const record = kind === 'calls' ? givenCall() : { ...givenActiveflow(), status: 'running' as const };
    const { sql } = new LiveTable<Kind>(engine, kind).write({ kind, record } as Parameters<
      LiveTable<Kind>['write']
    >[0]);
    const [inserted = '', updated = ''] = sql.split('do update set');
    const { fixed } = kinds[kind];
    expect(fixed.every((column) => inserted.includes(`"${column}"`))).toBe(true);
    expect(fixed.filter((column) => updated.includes(`"${column}"`))).toEqual([]);
    await engine.close();
  },
);

test('what stays as it was is a column', () => {
  for (const kind of ['calls', 'activeflows'] satisfies Kind[]) {
    const record = kind === 'calls' ? givenCall() : givenActiveflow();
    const columns = ['tm_create', ...Object.keys(keptOf<Kind>(kind).columns(record as never))];
    expect(columns).toEqual(expect.arrayContaining([...kinds[kind].fixed]));
  }
});
