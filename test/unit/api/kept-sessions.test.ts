import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeptSessions } from '../../../src/api/console/kept-sessions.ts';
import { SessionPhones } from '../../../src/api/console/session-phones.ts';
import { Sessions } from '../../../src/api/console/sessions.ts';
import type { Log } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-sessions-'));
  path = join(folder, 'sessions.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const daemons: Scope[] = [];
afterEach(async () => {
  for (const scope of daemons.splice(0)) await scope.close();
});

/** A daemon on the folder, with who had signed in before, and its pages' phones. */
async function daemon() {
  const scope = new Scope(() => undefined);
  daemons.push(scope);
  const warned: string[] = [];
  const log = { warn: (_: object, event: string) => warned.push(event) } as unknown as Log;
  const sessions = new Sessions({ scope, kept: new KeptSessions(path, log) });
  const added: string[] = [];
  const removed: string[] = [];
  const phones = new SessionPhones({
    ...{ far: new URL('http://127.0.0.1:1/ws'), domain: '127.0.0.1', isLocal: true },
    pages: {
      add: async (password) => {
        added.push(password);
        return { extension: '912345', digest: 'a digest', codecs: ['opus', 'ulaw'] };
      },
      resume: async () => true,
      remove: async (extension) => void removed.push(extension),
    },
  });
  for (const session of await sessions.resume()) await phones.resume(session);
  const signIn = async () => {
    const begun = await sessions.begin(sessions.newCode().code);
    if (!begun) throw new Error('not let in');
    return begun;
  };
  return { scope, sessions, phones, signIn, added, removed, warned };
}

test('a session goes on with the next daemon, killed or stopped, and its phone with number and password', async () => {
  const first = await daemon();
  const { session, secret } = await first.signIn();
  const shown = first.sessions.of(secret);
  const account = await first.phones.of(session);
  expect(first.added).toEqual([shown?.phonePassword]);

  // Killed: it has done nothing more.
  const second = await daemon();
  const { id, tm_create, tm_expire } = session;
  const again = second.sessions.of(secret);
  expect(again).toMatchObject({ id, tm_create, tm_expire, phonePassword: shown?.phonePassword });
  expect(again && (await second.phones.of(again))).toEqual(account);
  expect(second.added).toEqual([]);

  await second.scope.close();
  expect(second.removed).toEqual([]); // a call that it is on goes on
  const third = await daemon();
  const last = third.sessions.of(secret);
  expect(last?.id).toBe(id);
  await last?.scope.close();
  expect(third.removed).toEqual(['912345']);
  expect((await daemon()).sessions.of(secret)).toBeUndefined();
});

test('what is written down lets nobody in, and is its owner’s', async () => {
  const { sessions, phones, signIn } = await daemon();
  const { code } = sessions.newCode();
  const { session, secret } = await signIn();
  sessions.of(secret);
  await phones.of(session);
  const text = readFileSync(path, 'utf8');
  expect(JSON.parse(text)).toMatchObject([{ id: session.id, phone: { extension: '912345' } }]);
  for (const each of [code, secret, session.phonePassword]) expect(text).not.toContain(each);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('codes end with the daemon, and sessions at their time, whichever daemon there is then', async () => {
  using clock = new VirtualClock();
  const first = await daemon();
  const { code } = first.sessions.newCode();
  const { secret } = await first.signIn();
  await clock.pass(11 * 3_600_000);
  const second = await daemon();
  expect(await second.sessions.begin(code)).toBeUndefined();
  expect(second.sessions.of(secret)).toBeDefined();
  await clock.pass(3_600_001);
  expect(second.sessions.of(secret)).toBeUndefined();
  expect((await daemon()).sessions.of(secret)).toBeUndefined();
});

test('a file that is none of ours, or cannot be written, is said, and nobody is kept out of a session by it', async () => {
  writeFileSync(path, '[{"hash": 7}]');
  const first = await daemon();
  expect(first.warned).toEqual(['sessions_not_read']);
  const { secret } = await first.signIn();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveLength(1);
  mkdirSync(`${path}.new`);
  const second = await daemon();
  expect(second.sessions.of(secret)).toBeDefined();
  const { secret: other } = await second.signIn();
  expect(second.warned).toEqual(['sessions_not_kept']);
  expect(second.sessions.of(other)).toBeDefined();
});
