import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { defaultFolder, generate } from '../../src/ari/generate-events.ts';
import { operations } from '../../src/ari/operations.ts';
import { installAsterisk } from '../../src/asterisk/install.ts';

beforeAll(async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
});

test('events.gen.ts is what the installed Asterisk describes', () => {
  const file = join(import.meta.dirname, '../../src/ari/events.gen.ts');
  expect(readFileSync(file, 'utf8')).toBe(generate(defaultFolder()));
});

interface Description {
  readonly apis: readonly {
    readonly path: string;
    readonly operations: readonly { readonly httpMethod: string; readonly nickname: string }[];
  }[];
}

test.each(Object.values(operations))(
  'the operation $resource.$name is as Asterisk describes it',
  (operation) => {
    const text = readFileSync(join(defaultFolder(), `${operation.resource}.json`), 'utf8');
    const { apis } = JSON.parse(text) as Description;
    const found = apis.flatMap(({ path, operations: all }) =>
      all.map(({ httpMethod, nickname }) => `${nickname}: ${httpMethod} ${path}`),
    );
    expect(found).toContain(`${operation.name}: ${operation.method} /${operation.path}`);
  },
);
