import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import { dtmfDigit } from '../support/dtmf-tones.ts';
import { recordedAudio } from '../support/recorded-audio.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;

beforeAll(async () => {
  system = await System.start({ env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8' } });
});
// Prompts are not heard to their ends.
afterEach(() => system.quiet([/Playback failed for sound/, /web ?socket/i]));
afterAll(() => system[Symbol.asyncDispose]());

const untilHash = { type: 'digits_receive', option: { duration: 20_000, length: 0, key: '#' } };

/** What each call has been told of as its digits, by who called. */
function received(): Map<string, string> {
  const callers = new Map(
    system.sink.requests
      .filter(({ type }) => type === 'call_created')
      .map(({ data }) => [data.id, (data.source as { target: string }).target]), // a call's event
  );
  const inputs = system.sink.requests.filter(({ type }) => type === 'digits_received');
  return new Map(inputs.map(({ data }) => [String(callers.get(data.reference_id)), String(data.digits)]));
}

/** Whether all keys are there, in their order, and nothing else but repetitions of them. */
function hasAll(digits: string, keys: string): boolean {
  const runs = keys.match(/(.)\1*/g) ?? [];
  const escaped = runs.map((run) => `(?:${run.replace(/[*#]/g, '\\$&')})[${run[0]}]*`);
  return new RegExp(`^${escaped.join('')}$`).test(digits);
}

/**
 * Each call was told of every key, and where the machine does not stand still, exactly: packets that come late make Asterisk
 * read some digits twice, which cannot always be told from a key pressed twice.
 */
async function expectDigits(pressed: ReadonlyMap<string, string>): Promise<void> {
  const callers = [...pressed];
  await until(() => callers.every(([from]) => received().has(from)));
  const heard = callers.map(([from, keys]) => ({ keys, digits: received().get(from) ?? '' }));
  expect(heard.filter(({ digits, keys }) => !hasAll(digits, keys))).toEqual([]);
  const exact = heard.filter(({ digits, keys }) => digits === keys);
  expect(exact.length, JSON.stringify(heard)).toBeGreaterThanOrEqual(callers.length / 4);
}

test('20 calls at once, each with 8 digits 60 ms apart: none lost, none reordered', async () => {
  await system.flowOn('burst', [{ type: 'answer' }, untilHash]);
  const phone = await system.caller();
  const pressed = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const digits = `${String(10_000_000 + index * 4_321_987).slice(0, 8)}#`;
      const call = await phone.call('burst', { from: `burst${index}` });
      await call.answered;
      await call.digits(digits, { duration: 60, gap: 60 });
      await call.ended;
      return [`burst${index}`, digits] as const;
    }),
  );
  await expectDigits(new Map(pressed));
});

test.each([
  { duration: 40, gap: 40 },
  { duration: 60, gap: 40 },
])('keys count once each, and a repeated key twice, during a prompt too: %o', async ({ duration, gap }) => {
  const keys = '11223345667788990#';
  const number = `close${duration}`;
  const prompt = { text: 'One moment, please. '.repeat(4), language: 'en-US', async: true };
  await system.flowOn(number, [{ type: 'answer' }, untilHash]);
  await system.flowOn(`${number}-talk`, [{ type: 'answer' }, { type: 'talk', option: prompt }, untilHash]);
  const phone = await system.caller();
  const pressed = await Promise.all(
    [number, number, number, `${number}-talk`].map(async (called, index) => {
      const from = `${number}-${index}`;
      const call = await phone.call(called, { from });
      await call.answered;
      await call.digits(keys, { duration, gap });
      await call.ended;
      return [from, keys] as const;
    }),
  );
  await expectDigits(new Map(pressed));
});

test('in a bridge too each key counts once, for the flow and for the other party', async () => {
  const keys = '11223345#';
  const callee = await system.caller('callee');
  callee.onInvite(answering());
  await system.flowOn('bridged', [
    {
      type: 'connect',
      option: { destinations: [{ type: 'sip', target: callee.contact.replace(/^sip:/, '') }] },
    },
    { type: 'digits_receive', option: { duration: 2_000, length: 0, key: '#' } },
  ]);
  const phone = await system.caller();
  const press = async (): Promise<string> => {
    const call = await phone.call('bridged');
    await call.answered;
    const callId = await system.callTo('bridged');
    const leg = callee.incoming.at(-1);
    if (!leg) throw new Error('nobody was called');
    await call.digits(keys, { duration: 60, gap: 40 });
    const isAll = () =>
      leg.heard.digits.length >= keys.length && leg.heard.digits.at(-1)?.endedAt !== undefined;
    await until(isAll, { timeout: 5_000 }).catch(() => undefined);
    await leg.bye();
    await call.ended;
    await system.history(callId);
    const input = system.sink.eventsOf(callId).find(({ type }) => type === 'digits_received');
    const digits = String(input?.data.digits);
    expect(hasAll(digits, keys), digits).toBe(true);
    expect(digits.length, digits).toBeLessThan(keys.length + 4);
    return leg.heard.digits.map(({ digit }) => digit).join('');
  };
  // A caller who is stalled sends several keys in one burst, which no other party hears apart.
  const heard = [await press()];
  while (heard.length < 4 && heard.at(-1) !== keys) heard.push(await press());
  expect(heard).toContain(keys);
});

test('digits are typed ahead, taken by the next digits_receive, and the rest left for the one after', async () => {
  await system.flowOn('ahead', [
    { type: 'answer' },
    { type: 'sleep', option: { duration: 1_500 } },
    { type: 'digits_receive', option: { duration: 5_000, length: 3 } },
    { type: 'digits_receive', option: { duration: 5_000, length: 0, key: '#' } },
    { type: 'digits_receive', option: { duration: 200 } },
  ]);
  const phone = await system.caller();
  const call = await phone.call('ahead');
  await call.answered;
  await call.digits('12345*#', { duration: 60, gap: 60 });
  await call.ended;
  const callId = await system.callTo('ahead');
  await system.history(callId);
  const inputs = system.sink.eventsOf(callId).filter(({ type }) => type === 'digits_received');
  expect(inputs.map(({ data }) => [data.digits, data.result])).toEqual([
    ['123', 'length'],
    ['45*#', 'key'],
    ['', 'timeout'],
  ]);
});

test.each(['RFC 4733', 'SIP INFO', 'in-band'])('digits arrive by %s', async (way) => {
  const number = `way-${way.replace(/\W/g, '')}`;
  await system.flowOn(number, [
    { type: 'answer' },
    { type: 'digits_receive', option: { duration: 8_000, length: 3 } },
  ]);
  const phone = await system.caller();
  const call = await phone.call(number, { telephoneEvent: way === 'RFC 4733' });
  await call.answered;
  if (way === 'RFC 4733') await call.digits('42#', { duration: 80, gap: 80 });
  else if (way === 'SIP INFO') await call.sendInfoDigits('42#');
  else await call.inbandDigits('42#', { duration: 120, gap: 120 });
  await call.ended;
  const callId = await system.callTo(number);
  const input = await system.sink.waitFor(
    ({ type, data }) => type === 'digits_received' && data.reference_id === callId,
  );
  expect(input.data).toMatchObject({ digits: '42#', result: 'length' });
});

/** What a caller has typed, and no id or time is like. */
const pressed = '40718293';

/** All that the database has of calls, flows and what is told of them. */
function kept(): unknown[] {
  const database = new DatabaseSync(join(system.asterisk.dataDir, 'ariflow.db'), { readOnly: true });
  try {
    return ['calls', 'activeflows', 'deliveries', 'later_requests'].flatMap((table) =>
      database.prepare(`select * from ${table}`).all(),
    );
  } finally {
    database.close();
  }
}

/** Its author wrote what is right into it. */
function withoutFlow(text: string): string {
  return text.replaceAll(new RegExp(String.raw`\\*"${pressed}\\*":\\*"right`, 'g'), '');
}

/** The keys that anybody hears as tones in there. */
function tonesIn(samples: Int16Array): string[] {
  const size = 400;
  const windows = Array.from({ length: Math.floor(samples.length / size) }, (_, index) =>
    samples.subarray(index * size, (index + 1) * size),
  );
  return windows.flatMap((window) => dtmfDigit(window) ?? []);
}

/** What is stored of calls that live. */
function states(): string[] {
  using database = new DatabaseSync(join(system.asterisk.dataDir, 'ariflow.db'), { readOnly: true });
  const rows = database.prepare(`select state from calls where status <> 'hangup'`).all();
  return rows.map(({ state }) => String(state));
}

test.each(['connect', 'confbridge'] as const)(
  'where %s absorbs digits nobody else hears them, by RFC 4733 and INFO, nor are they in the recording; the flow has them, events do not',
  async (where) => {
    const bob = await system.caller(`bob-${where}`);
    bob.onInvite(answering());
    const confbridge_id = randomUUID();
    const meeting = { confbridge_id, digits: 'absorb' };
    const destinations = [{ type: 'sip', target: bob.contact.replace(/^sip:/, '') }];
    await system.flowOn(where, [
      { type: 'recording_start', option: { channels: 'mixed', digits: 'absorb' } },
      where === 'connect'
        ? { type: 'connect', option: { destinations, digits: 'absorb' } }
        : { type: 'confbridge_join', option: meeting },
      { type: 'digits_receive', option: { duration: 2_000, length: 8 } },
      { type: 'variable_set', option: { key: 'card', value: 'card ${voipbin.call.digits}' } },
      { type: 'branch', option: { target_ids: { [pressed]: 'right' }, default_target_id: 'end' } },
      { id: 'right', type: 'sip_message', option: { text: '${card}' } },
      { id: 'end', type: 'hangup', option: {} },
    ]);
    await system.flowOn(`${where}-other`, [{ type: 'confbridge_join', option: { confbridge_id } }]);
    const call = await (await system.caller()).call(where);
    await call.answered;
    const other =
      where === 'connect'
        ? await until(() => bob.incoming[0], { what: 'the leg' })
        : await bob.call(`${where}-other`);
    call.tone(500);
    await until(() => other.heard.toneAt(500) > 0.8, { what: () => other.heard.describe() });
    await call.digits(pressed.slice(0, 6), { duration: 100, gap: 100 });
    await call.sendInfoDigits(pressed.slice(6));
    await Promise.all([call.digits('11', { duration: 100, gap: 100 }), call.sendInfoDigits('22')]);
    await until(() => states().some((state) => state.startsWith('v1.')), { what: 'sealed digits' });
    expect(states().filter((state) => state.includes(pressed.slice(0, 6)))).toEqual([]);
    const since = wallTime();
    // Whatever was passed on would have come before this.
    await until(() => wallTime() > since + 800 && other.heard.hears(500), {
      what: () => other.heard.describe(),
    });
    await other.bye();
    if (where === 'confbridge') await system.api.delete(`/v1.0/confbridges/${confbridge_id}`);
    await call.ended;
    expect([other.heard.digitString, other.infoDigits]).toEqual(['', []]);
    expect(tonesIn(other.heard.samples(since - 5_000))).toEqual([]);
    const callId = await system.callTo(where);
    await system.history(callId);
    const events = system.sink.eventsOf(callId);
    const isRight = ({ data }: { data: Readonly<Record<string, unknown>> }): boolean =>
      (data.current_action as { id?: string } | undefined)?.id === 'right';
    expect(events.some(isRight)).toBe(true);
    expect(call.texts.map(({ body }) => body)).toEqual([`card ${pressed}`]);
    const input = events.find(({ type }) => type === 'digits_received');
    expect(input?.data).toMatchObject({ digits: '***', result: 'length' });
    const { data } = await system.sink.waitFor(
      ({ type, data }) =>
        type === 'recording_updated' && data.reference_id === callId && data.status === 'done',
    );
    const [recorded] = await recordedAudio(system, String(data.id));
    expect(recorded?.length).toBeGreaterThan(8_000);
    expect(tonesIn(recorded ?? new Int16Array(0))).toEqual([]);
    const told = [...system.daemon.log, ...system.sink.requests.map(({ data }) => data), ...kept()];
    expect(told.filter((one) => withoutFlow(JSON.stringify(one)).includes(pressed))).toEqual([]);
  },
);

test('what was typed for the flow alone is sealed where the daemon is killed, and costs nobody a digit', async () => {
  await system.flowOn('sealed', [
    { type: 'recording_start', option: { channels: 'in', digits: 'absorb' } },
    {
      type: 'gather',
      option: {
        ...{ prompts: [{ stream_url: 'sound:beep' }], max_length: 8, variable: 'card' },
        ...{ first_digit_timeout: 60_000, inter_digit_timeout: 60_000 },
      },
    },
    { type: 'sip_message', option: { text: 'card ${card}' } },
    { type: 'hangup', option: {} },
  ]);
  const call = await (await system.caller()).call('sealed');
  await call.answered;
  await call.digits(pressed.slice(0, 4), { duration: 100, gap: 100 });
  const flows = (): string[] => {
    using database = new DatabaseSync(join(system.asterisk.dataDir, 'ariflow.db'), { readOnly: true });
    return database
      .prepare('select state from activeflows')
      .all()
      .map(({ state }) => String(state));
  };
  await until(() => flows().some((state) => state.startsWith('v1.')), { what: 'sealed digits' });
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  expect([...flows(), ...states()].filter((state) => state.includes(pressed.slice(0, 3)))).toEqual([]);
  await system.restartDaemon();
  await call.digits(pressed.slice(4), { duration: 100, gap: 100 });
  await call.ended;
  expect(call.texts.map(({ body }) => body)).toEqual([`card ${pressed}`]);
  const told = [...system.daemon.log, ...system.sink.requests.map(({ data }) => data)];
  expect(told.filter((one) => withoutFlow(JSON.stringify(one)).includes(pressed))).toEqual([]);
});
