import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../../../src/core/scope.ts';
import { Lamps, type LampsOptions } from '../../../src/voicemail/lamps.ts';
import { givenMailbox, givenVoicemail } from '../../support/store-records.ts';
import { until } from '../../support/until.ts';

type Owner = Parameters<LampsOptions['ari']['own']>[1];

let scope: Scope;
let told: string[];
let boxes: ReturnType<typeof givenMailbox>[];
let inside: Map<string, ReturnType<typeof givenVoicemail>[]>;
let problems: unknown[];
/** What Asterisk's dialplan says of itself, and whether Asterisk is there. */
let asterisk: { mark: string; isAway: boolean };
let lamps: Lamps;

beforeEach(() => {
  scope = new Scope((error) => problems.push(error));
  [told, boxes, inside, problems] = [[], [], new Map(), []];
  asterisk = { mark: 'yes', isAway: false };
  const owners = new Map<string, Owner>();
  const ari = {
    config: { global: async () => asterisk.mark },
    id: (...words: unknown[]) => words.join('-'),
    own: (subject: string, owner: Owner) => {
      owners.set(subject, owner);
      return { [Symbol.dispose]: () => owners.delete(subject) };
    },
    originate: async ({ channelId, variables }: { channelId: string; variables: Record<string, string> }) => {
      if (asterisk.isAway) throw new Error('away');
      told.push(variables.ARIFLOW_LAMP ?? '');
      owners.get(`channel:${channelId}`)?.deliver({ type: 'ChannelDestroyed' } as never); // all that is looked at
    },
  } as unknown as LampsOptions['ari']; // what is asked of it
  lamps = new Lamps({
    ari,
    mailboxes: async () => boxes,
    inside: async (id) => inside.get(id) ?? [],
    log: { info: (fields: unknown) => problems.push(fields) } as never, // nothing else is asked
    scope,
  });
});
afterEach(() => scope.close());

const box = (extension: string, ...statuses: ('new' | 'saved')[]) => {
  const mailbox = givenMailbox({ extension });
  boxes.push(mailbox);
  inside.set(
    mailbox.id,
    statuses.map((status) => givenVoicemail({ status })),
  );
  return mailbox;
};

test('tells of every mailbox with a phone, and what has changed since', async () => {
  const first = box('1001', 'new', 'saved', 'new');
  box('1002');
  box('');
  lamps.connected();
  await until(() => told.length === 2);
  // That there is nothing, too: who was here before may have died before he could tell.
  expect(told).toEqual(['1001@ariflow,0,2,1', '1002@ariflow,0,0,0']);
  inside.set(first.id, []);
  lamps.changed(first.id);
  await until(() => told.length === 3);
  lamps.changed(first.id);
  box('1003', 'new');
  lamps.changed();
  await until(() => told.length === 4);
  expect(told.slice(2)).toEqual(['1001@ariflow,0,0,0', '1003@ariflow,0,1,0']);
});

test('of many changes at once the last one is told', async () => {
  const { id } = box('1001', 'new');
  lamps.connected();
  await until(() => told.length === 1);
  let asked = 0;
  for (let count = 2; count <= 100; count++) {
    inside.set(
      id,
      Array.from({ length: count }, () => givenVoicemail({ status: 'new' })),
    );
    lamps.changed(id);
  }
  const before = inside.get.bind(inside);
  inside.get = (key) => {
    asked++;
    return before(key);
  };
  await until(() => told.at(-1) === '1001@ariflow,0,100,0');
  expect(asked).toBeLessThan(5);
});

test('tells all of it again to an Asterisk that has begun anew', async () => {
  box('1001', 'new');
  lamps.connected();
  await until(() => told.length === 1);
  lamps.connected();
  await until(() => told.length === 2);
  expect(new Set(told)).toEqual(new Set(['1001@ariflow,0,1,0']));
});

test('the lamp of a phone whose mailbox is gone, or another one’s, goes off', async () => {
  box('1001', 'new');
  lamps.connected();
  await until(() => told.length === 1);
  boxes.length = 0;
  lamps.changed();
  await until(() => told.length === 2);
  expect(told[1]).toBe('1001@ariflow,0,0,0');
});

test('tells nothing where the dialplan is not ours', async () => {
  asterisk.mark = '';
  const { id } = box('1001', 'new');
  lamps.connected();
  lamps.changed(id);
  await scope.close();
  expect([told, problems]).toEqual([[], []]);
});

test('what could not be told is told with the next connection', async () => {
  asterisk.isAway = true;
  box('1001', 'new');
  lamps.connected();
  await until(() => problems.length === 1);
  asterisk.isAway = false;
  lamps.connected();
  await until(() => told.length === 1);
  expect(problems).toEqual([{ problem: 'away' }]);
});
