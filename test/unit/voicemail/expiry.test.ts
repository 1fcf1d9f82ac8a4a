import { expect, test } from 'vitest';
import { millisOf, wireTime } from '../../../src/core/clock.ts';
import { expireVoicemails } from '../../../src/voicemail/expiry.ts';
import { givenMailbox } from '../../support/store-records.ts';

const day = 24 * 3_600_000;

test('what is older than its mailbox keeps it is deleted, and all of a mailbox that is gone', async () => {
  const cleared: (readonly [string, string | undefined])[] = [];
  const boxes = new Map([
    ['month', givenMailbox({ keep_days: 30 })],
    ['ever', givenMailbox()],
  ]);
  const lines: unknown[] = [];
  const log = {
    info: (fields: unknown) => lines.push(fields),
    warn: (fields: unknown) => lines.push(fields),
  };
  await expireVoicemails({
    store: { mailboxIds: async () => ['month', 'ever', 'gone'] },
    mailbox: async (id) => boxes.get(id),
    longest: 90 * day,
    voicemails: {
      clear: async (id, before) => {
        cleared.push([id, before]);
        return 1;
      },
      clearLost: async () => 2,
    },
    log: log as never, // only these two are asked
  });
  expect(cleared.map(([id]) => id)).toEqual(['month', 'ever', 'gone']);
  const [month = '', ever = '', gone = ''] = cleared.map(([, before]) => before);
  const ago = (time: string): number => Date.now() - millisOf(time);
  expect(Math.abs(ago(month) - 30 * day)).toBeLessThan(60_000);
  // Told of before the store forgets it, which tells nobody.
  expect(ago(ever)).toBeLessThan(90 * day - 10 * 60_000);
  expect(ago(ever)).toBeGreaterThan(89 * day);
  expect(gone <= wireTime()).toBe(true);
  expect(lines).toEqual([{ kind: 'voicemails', count: 5 }]);
});
