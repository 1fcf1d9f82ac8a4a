import { expect, test } from 'vitest';
import { scarceOpenFiles } from '../../../src/core/open-files.ts';

const limits = (most: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${most}                 ${most}                 files     \n`;

test.each(['64', '255'])('%s open files are too few to start with, and it says what to raise', (most) => {
  expect(() => scarceOpenFiles(limits(most))).toThrow(`at most ${most} files and connections`);
});

test('few are told, enough are not, and where nobody can tell there is nothing to say', () => {
  expect(scarceOpenFiles(limits('512'))).toBe(512);
  expect(scarceOpenFiles(limits('1024'))).toBeUndefined();
  expect(scarceOpenFiles(limits('unlimited'))).toBeUndefined();
  expect(scarceOpenFiles('')).toBeUndefined();
});
