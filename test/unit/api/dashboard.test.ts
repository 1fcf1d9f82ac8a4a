import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const docs = join(import.meta.dirname, '../../../docs');
const known = new Set(
  readFileSync(join(docs, 'metrics.md'), 'utf8')
    .match(/`ariflow_[a-z_]+`/g)
    ?.map((name) => name.slice(1, -1)),
);

/** The figures that a text asks for, a histogram by its own name. */
function figuresIn(text: string): string[] {
  return (text.match(/ariflow_[a-z_]+/g) ?? []).map((name) => name.replace(/_(sum|count|bucket)$/, ''));
}

test('dashboard and alerts ask for figures that there are', () => {
  const dashboard = JSON.parse(readFileSync(join(docs, 'grafana.json'), 'utf8'));
  const rules = parse(readFileSync(join(docs, 'alerts.yaml'), 'utf8')).groups[0].rules;
  const asked = [
    ...dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.map(({ expr }) => expr),
    ),
    ...rules.map(({ expr }: { expr: string }) => expr),
  ].flatMap(figuresIn);
  expect(asked.length).toBeGreaterThan(30);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
  for (const { alert, annotations } of rules)
    expect({ alert, annotations }).toMatchObject({
      alert: expect.stringMatching(/^Ariflow/),
      annotations: { summary: expect.stringMatching(/\.$/) },
    });
});
