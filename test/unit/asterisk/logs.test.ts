import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FailedLogins } from '../../../src/asterisk/failed-logins.ts';
import { FileChanges } from '../../../src/asterisk/file-changes.ts';
import { keepSmall } from '../../../src/asterisk/log-files.ts';
import { LogReader } from '../../../src/asterisk/log-reader.ts';
import { loginEvent } from '../../../src/asterisk/login-event.ts';
import { within } from '../../../src/core/wait.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-logs-'));
  file = join(folder, 'security.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a log', () => {
  test('that has grown too long is set aside and emptied, and one more takes its place', async () => {
    for (const text of ['first', 'second']) {
      appendFileSync(file, text);
      expect(await keepSmall(file, 10)).toBe(false);
      appendFileSync(file, ' and more');
      expect(await keepSmall(file, 10)).toBe(true);
      expect(readFileSync(file, 'utf8')).toBe('');
      expect(readFileSync(`${file}.1`, 'utf8')).toBe(`${text} and more`);
    }
  });

  test('that is none, or leads elsewhere, is left alone', async () => {
    expect(await keepSmall(file, 1)).toBe(false);
    writeFileSync(join(folder, 'elsewhere'), 'a terminal');
    symlinkSync(join(folder, 'elsewhere'), file);
    expect(await keepSmall(file, 1)).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('a terminal');
  });

  test('tells when it is written to, though it comes later, and nothing of its neighbours', async () => {
    using log = new FileChanges(folder, 'security.log');
    using neighbour = new FileChanges(folder, 'messages.log');
    let told = 0;
    const changed = log.next().then(() => told++);
    const changedThere = neighbour.next();
    appendFileSync(join(folder, 'messages.log'), 'one\n');
    await changedThere;
    expect(told).toBe(0);
    appendFileSync(file, 'one\n');
    await changed;
    const again = log.next();
    appendFileSync(file, 'two\n');
    await again;
  });

  test('in a directory that is not there is waited for in vain, and no failure', async () => {
    using log = new FileChanges(join(folder, 'gone'), 'security.log');
    expect(await within(log.next(), 20)).toBeUndefined();
  });

  test('is read line by line from where it is, also once it was emptied, and when it comes later', async () => {
    const late = new LogReader(join(folder, 'late.log'));
    expect(await late.lines()).toEqual([]);
    writeFileSync(join(folder, 'late.log'), 'one\n');
    expect(await late.lines()).toEqual(['one']);
    writeFileSync(file, 'before\n');
    const reader = new LogReader(file);
    expect(await reader.lines()).toEqual([]);
    appendFileSync(file, 'a\nb\nhalf');
    expect(await reader.lines()).toEqual(['a', 'b']);
    appendFileSync(file, ' a line\n');
    expect(await reader.lines()).toEqual(['half a line']);
    writeFileSync(file, 'new\n');
    expect(await reader.lines()).toEqual(['new']);
    appendFileSync(file, 'x'.repeat(2_500_000));
    for (let count = 0; count < 4; count++) expect(await reader.lines()).toEqual([]);
  });
});

describe('a line of the security log', () => {
  const line = (event: string, address: string, rest = ',Response="x"', account = '1001') =>
    `[2026-11-29 14:15:47.849] SECURITY[1] res_security_log.c: SecurityEvent="${event}",EventTV="2026-11-29T14:15:47.849+0000",Severity="Error",Service="PJSIP",EventVersion="1",AccountID="${account}",SessionID="c",LocalAddress="IPV4/UDP/127.0.0.1/5060",RemoteAddress="${address}"${rest}`;

  test.each([
    [
      'ChallengeResponseFailed',
      'IPV4/UDP/192.0.2.7/5060',
      { isFailure: true, reason: 'credentials', address: '192.0.2.7' },
    ],
    [
      'InvalidAccountID',
      'IPV6/UDP/2001:db8::7/5060',
      { isFailure: true, reason: 'credentials', address: '2001:db8::7' },
    ],
    ['FailedACL', 'IPV4/UDP/192.0.2.7/5060', { isFailure: true, reason: 'refused', address: '192.0.2.7' }],
    [
      'SuccessfulAuth',
      'IPV4/UDP/192.0.2.7/5060',
      { isFailure: false, reason: 'login', address: '192.0.2.7' },
    ],
    ['ChallengeSent', 'IPV4/UDP/192.0.2.7/5060', undefined],
    ['ChallengeResponseFailed', 'IPV4/UDP/999.0.2.7/5060', undefined],
  ])('%s says who it was', (event, address, expected) => {
    expect(loginEvent(line(event, address))).toEqual(expected);
  });

  test('is not taken in by what somebody sends', () => {
    const forged = ',Response="",RemoteAddress="IPV4/UDP/198.51.100.1/1"';
    expect(loginEvent(line('InvalidPassword', 'IPV4/UDP/192.0.2.7/5060', forged))?.address).toBe('192.0.2.7');
    expect(loginEvent('Asterisk 22.10.1 built by nobody')).toBeUndefined();
  });
});

describe('whoever fails to log in', () => {
  const given = (rate = 3) => {
    const told: string[] = [];
    const clock = { now: 0 };
    const note = (_: object, event: string) => void told.push(event);
    const options = { log: { info: note, warn: note }, onFailed: (reason: string) => void told.push(reason) };
    const logins = new FailedLogins({ rate, ...options, now: () => clock.now });
    const fails = (address: string, count = 1): void => {
      for (let number = 0; number < count; number++)
        logins.take({ isFailure: true, reason: 'credentials', address });
    };
    return { told, clock, logins, fails };
  };

  test('too often within a minute is refused for a minute, alone, and told of', () => {
    const { told, clock, logins, fails } = given();
    fails('192.0.2.1', 3);
    fails('192.0.2.2', 3);
    expect(logins.refused).toEqual([]);
    fails('192.0.2.1', 2);
    expect(logins.refused).toEqual(['192.0.2.1']);
    expect(told.filter((event) => event === 'sip_login_failed')).toHaveLength(8);
    expect(told.filter((event) => event === 'credentials')).toHaveLength(8);
    expect(told.filter((event) => event === 'sip_address_refused')).toHaveLength(1);
    clock.now = 60_000;
    expect(logins.refused).toEqual([]);
    fails('192.0.2.2');
    expect(logins.refused).toEqual([]);
  });

  test('and goes on is refused for twice as long each time, an hour at most, until it has been quiet for one', () => {
    const { clock, logins, fails } = given();
    const refusedFor = (): number => {
      fails('192.0.2.1', 4);
      const began = clock.now;
      while (logins.refused.length > 0) clock.now += 60_000;
      return (clock.now - began) / 60_000;
    };
    expect(Array.from({ length: 8 }, refusedFor)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    clock.now += 3_600_000;
    expect(refusedFor()).toBe(1);
  });

  test('though refused is one whom Asterisk has forgotten', () => {
    const { clock, logins, fails } = given();
    const guess = { isFailure: true, reason: 'credentials', address: '192.0.2.1' } as const;
    fails('192.0.2.1', 3);
    expect(logins.isForgotten(guess)).toBe(false);
    fails('192.0.2.1');
    expect(logins.isForgotten(guess)).toBe(true);
    expect(logins.isForgotten({ ...guess, reason: 'refused' })).toBe(false);
    expect(logins.isForgotten({ ...guess, address: '192.0.2.2' })).toBe(false);
    clock.now = 60_000;
    expect(logins.refused).toEqual([]);
    expect(logins.isForgotten(guess)).toBe(false);
  });

  test('beside a phone that has logged in within the hour is not', () => {
    const { clock, logins, fails } = given();
    logins.take({ isFailure: false, reason: 'login', address: '192.0.2.1' });
    fails('192.0.2.1', 10);
    expect(logins.refused).toEqual([]);
    clock.now = 2 * 3_600_000;
    fails('192.0.2.1', 10);
    expect(logins.refused).toEqual(['192.0.2.1']);
  });

  test('from ever new addresses takes no more room than some thousands of them', () => {
    const { logins, fails } = given(1);
    for (let number = 0; number < 3_000; number++) fails(`10.0.${number >> 8}.${number & 255}`, 2);
    expect(logins.refused).toHaveLength(1_000);
  });
});
