import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Intruder } from '../support/intruder.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

let system: System;
const logs = (name: string): string => join(system.asterisk.dataDir, 'asterisk', 'log', name);
const read = (name: string): string => readFileSync(logs(name), 'utf8');

beforeAll(async () => {
  system = await System.start({ env: { ARIFLOW_SIP_RATE_FAILED: '3' } });
});
afterEach(() =>
  system.quiet([
    /sip_address_refused/,
    /did not pass ACL test/,
    /has no configured AORs/,
    /with no Event header/,
    /later than/,
  ]),
);
afterAll(() => system[Symbol.asyncDispose]());

/** What the daemon has logged of this. */
const said = (event: string): string[] =>
  system.daemon.log.map((line) => JSON.stringify(line)).filter((line) => line.includes(event));

const metric = async (): Promise<number> => {
  const text = await (await fetch(`${system.daemon.url}/metrics`)).text();
  return Number(/^ariflow_sip_logins_failed_total\{reason="credentials"\} (\d+)$/m.exec(text)?.[1]);
};

test('whoever fails to log in leaves a line each, is counted, and soon has to wait; others do not', async () => {
  await using intruder = await Intruder.at('127.0.0.2', system.asterisk.sipPort);
  expect(await intruder.tries('REGISTER', '1001')).toEqual([401, 401]);
  expect(await intruder.tries('INVITE', '1002')).toEqual([401, 401]);
  // What stock filters of fail2ban look for, one line for each.
  const failures = (): string[] =>
    read('security.log')
      .split('\n')
      .filter((line) =>
        /SecurityEvent="(FailedACL|InvalidAccountID|ChallengeResponseFailed|InvalidPassword)".*,RemoteAddress="IPV4\/UDP\/127\.0\.0\.2\/\d+"/.test(
          line,
        ),
      );
  await until(() => failures().length === 2, { what: 'two lines' });
  await eventually(async () => (await metric()) === 2, { what: 'two failures counted' });
  for (let count = 0; count < 2; count++) await intruder.tries('REGISTER', '1001');
  await until(() => said('sip_address_refused').length === 1, { what: 'a refusal' });
  await eventually(async () => (await intruder.tries('REGISTER', '1001'))[0] === 403, { what: '403' });
  const told = said('sip_login_failed');
  expect(told.length).toBeGreaterThanOrEqual(4); // one more where he was quicker than the refusal
  for (const line of told) expect(line).toMatch(/"address":"127\.0\.0\.2"/);
  expect(told.join()).not.toMatch(/1001|1002/);
  // Nobody else is made to wait, and a phone that is known keeps those beside it from waiting.
  const phone = await system.desk('1003');
  await phone.register();
  await using neighbour = await Intruder.at('127.0.0.1', system.asterisk.sipPort);
  for (let count = 0; count < 6; count++)
    expect(await neighbour.tries('REGISTER', '1001')).toEqual([401, 401]);
  await eventually(async () => (await metric()) >= 10, { what: 'all counted' });
  expect(said('sip_address_refused').length).toBe(1);
  await system.flowOn('9001', [{ type: 'answer' }, { type: 'talk', option: { text: 'Hello' } }]);
  const call = await phone.call('9001');
  await call.bye();
  await system.history(await system.callTo('9001'));
});

/** All that SIP has for requests, asked for outside of any call. */
const methods = [
  ...[
    'OPTIONS',
    'MESSAGE',
    'SUBSCRIBE',
    'NOTIFY',
    'INFO',
    'REFER',
    'PUBLISH',
    'UPDATE',
    'PRACK',
    'BYE',
    'CANCEL',
  ],
  ...['REGISTER', 'INVITE', 'HELLO'],
];
/** Users of a URI as RFC 3261 has them, each of which would say something to somebody who takes it at its word. */
const users = [
  ...[
    '1001',
    '%0d%0aX-Evil:%201',
    '1001%26PJSIP%2f1002',
    '..%2f..%2ftmp%2fevil',
    '$(id)',
    'a,b,c',
    "';--",
    '%00',
  ],
  ...['%24%7bx%7d', '*8', 'x'.repeat(200), '+49%0a30', '%e2%80%a8', 'h', 'i', 't', '_X.'],
];

test('a stranger who asks for anything, of anybody, is answered by nobody, leaves nothing, and keeps nobody from calling', async () => {
  // From this machine, where whoever is no phone may call numbers; this one calls such as nobody has.
  await using stranger = await Intruder.at('127.0.0.5', system.asterisk.sipPort);
  const before = system.sink.requests.length;
  const all = methods.flatMap((method) => users.map((user) => [method, user] as const));
  const some = isSoak ? all : all.filter((_, index) => index % 7 === 0);
  for (const [method, user] of some) {
    const code = await stranger.asks(method, user, `sip:${user}@127.0.0.1`);
    expect([method, user, code === 200 && method !== 'OPTIONS']).toEqual([method, user, false]);
  }
  const phone = await system.desk('1003');
  await system.flowOn('9003', [{ type: 'answer' }, { type: 'beep' }]);
  await (await phone.call('9003')).ended;
  const id = await system.callTo('9003');
  await system.history(id);
  const told = (type: string) => system.sink.requests.slice(before).filter((event) => event.type === type);
  await until(() => told('call_hungup').length === told('call_created').length, { what: 'every end' });
  expect(told('call_answered').map(({ data }) => data.id)).toEqual([id]);
  // A call is what an INVITE asks for, nothing else; what it says of itself is one line.
  const calls = told('call_created');
  expect(calls.length - 1).toBeLessThanOrEqual(some.filter(([method]) => method === 'INVITE').length);
  for (const { data } of calls)
    expect(JSON.stringify([data.source, data.destination])).not.toMatch(/\\[rnu]/);
});

test('packets that cannot be read are in no log, with the numbers in them', async () => {
  await using intruder = await Intruder.at('127.0.0.3', system.asterisk.sipPort);
  intruder.send('INVITE sip:+4915112345678@x SIP/2.0\r\nVia: garbage\r\nFrom: <sip:+4915187654321@\r\nfoo');
  intruder.send(
    'INVITE sip:+4915112345678@x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.3;branch=z9hG4bKx\r\nFrom: <sip:+4915187654321@x>;tag=1\r\nTo: +4915112345678\r\nCall-ID: q\r\nCSeq: 1 INVITE\r\nContact: <sip:@@>\r\n\r\n',
  );
  intruder.send('SIP/2.0 200 +4915112345678\r\n\r\n');
  // It has read those when it answers this.
  expect((await intruder.tries('REGISTER', '1001'))[0]).toBe(401);
  for (const name of ['messages.log', 'console.log']) expect(read(name)).not.toMatch(/49151|sip_transport/);
});

test('the logs of Asterisk stay small while it writes to them', async () => {
  for (const name of ['messages.log', 'security.log', 'console.log'])
    appendFileSync(logs(name), `${'x'.repeat(99)}\n`.repeat(101_000));
  await until(
    () =>
      ['messages.log', 'security.log', 'console.log'].every((name) => statSync(logs(name)).size < 1_000_000),
    {
      what: 'small logs',
    },
  );
  await using somebody = await Intruder.at('127.0.0.4', system.asterisk.sipPort);
  await somebody.tries('REGISTER', '1001');
  await until(() => read('security.log').includes('127.0.0.4'), { what: 'the next line' });
  expect(read('security.log')).not.toMatch(/^\0/);
});

test('what is played and recorded is closed to all but its group', async () => {
  await system.flowOn('9002', [
    { type: 'answer' },
    { type: 'recording_start', option: { format: 'wav' } },
    { type: 'talk', option: { text: 'This is recorded.' } },
    { type: 'sleep', option: { duration: 60_000 } },
  ]);
  const phone = await system.caller();
  const call = await phone.call('9002');
  const media = join(system.asterisk.dataDir, 'media');
  const modes = (): string[] =>
    readdirSync(media, { recursive: true, withFileTypes: true }).map((entry) => {
      const { mode } = statSync(join(entry.parentPath, entry.name));
      return `${entry.isDirectory() ? 'directory' : 'file'} ${(mode & 0o777).toString(8)}`;
    });
  await until(() => modes().filter((mode) => mode.startsWith('file')).length >= 2, {
    what: 'a prompt and a recording',
  });
  expect([...new Set(modes())].sort()).toEqual(['directory 750', 'file 640']);
  expect((statSync(media).mode & 0o777).toString(8)).toBe('750');
  await call.bye();
});
