import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/calls/call.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { type Log, silentLog } from '../../../src/core/log.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  longSleep,
  pass,
} from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const confbridge_id = '821fc304-0ed8-4e93-8a0a-c23312c062be';

/** The calls in the confbridge, as its events told. */
function occupations({ conferences }: CallFixture): number[] {
  return conferences.told.flatMap(({ type, data }) =>
    type === 'confbridge_updated' && 'channel_call_ids' in data
      ? [Object.keys(data.channel_call_ids).length]
      : [],
  );
}

async function inside(option: object = {}, options: GivenCall = {}) {
  const given = givenCall(options);
  const flow = given.runOne('confbridge_join', { confbridge_id, ...option });
  await pass(1_000);
  return { given, flow };
}

/** Another call joins. */
async function other(given: CallFixture, option: object = {}) {
  const channel = given.asterisk.dial({ from: '1002' });
  const find = () => given.incoming.find(({ channelId }) => channelId === channel.id);
  while (!find()) await undefined; // behind events that are on their way
  const call = find() as Call;
  const written = [
    { id: 'it', type: 'confbridge_join', option: { confbridge_id, ...option } },
    { id: 'after', ...longSleep },
  ];
  const { actions } = checkFlow(written, catalogue);
  const done = given.activeflows.runOnCall(call, { id: zeroId, actions });
  await pass(1_000);
  return { at: () => call.record.action.id, hangup: () => given.asterisk.hangup(channel), done };
}

describe.each(['before', 'after'] as const)('with events %s the answer', (events) => {
  test('makes the confbridge and its bridge on first use, and waits inside', async () => {
    const { given, flow } = await inside({}, { events });
    expect(flow.at).toBe('it');
    expect(given.conferences.told.map(({ type }) => type)).toEqual([
      'confbridge_created',
      'confbridge_updated',
    ]);
    expect(await given.conferences.confbridges.get(confbridge_id)).toMatchObject({
      channel_call_ids: { [given.call.channelId]: given.call.id },
    });
    expect(given.asterisk.bridges.size).toBe(1);
    given.hangup();
    await flow.done;
    expect(occupations(given)).toEqual([1, 0]);
    expect(given.asterisk.bridges.size).toBe(0);
    expect(given.conferences.confbridges.size).toBe(0);
    given.expectNothingLeft();
  });

  test('goes on when the call is kicked, and not before', async () => {
    const { given, flow } = await inside({}, { events });
    await pass(600_000);
    expect(flow.at).toBe('it');
    expect(await given.conferences.confbridges.kick(confbridge_id, given.call.id)).toBe(true);
    await pass();
    expect(flow.at).toBe('after');
    expect(given.asterisk.bridges.size).toBe(0);
    expect(await given.conferences.confbridges.kick(confbridge_id, given.call.id)).toBe(false);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('goes on when the confbridge is deleted', async () => {
    const { given, flow } = await inside({}, { events });
    const deleted = await given.conferences.confbridges.delete(confbridge_id);
    expect(deleted).toMatchObject({ status: 'terminated', channel_call_ids: {} });
    await pass();
    expect(flow.at).toBe('after');
    expect(await given.conferences.confbridges.get(confbridge_id)).toBeUndefined();
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });
});

test('a bridge that somebody destroys sends the call on', async () => {
  const { given, flow } = await inside();
  for (const id of given.asterisk.bridges.keys()) await given.fake.ari.bridges.destroy(id);
  await pass();
  expect(flow.at).toBe('after');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('that a call has left is found out where nobody said so', async () => {
  const { given, flow } = await inside();
  given.asterisk.bridges.clear();
  await pass(60_000);
  expect(flow.at).toBe('after');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('joins muted, and is no longer so outside', async () => {
  const { given, flow } = await inside({ muted: true });
  expect(await given.conferences.confbridges.participants(confbridge_id)).toMatchObject([{ muted: true }]);
  const order = given.asterisk.asked.filter((name) =>
    ['mute', 'bridges.addChannel', 'unmute'].includes(name),
  );
  expect(order).toEqual(['mute', 'bridges.addChannel']);
  await given.conferences.confbridges.kick(confbridge_id, given.call.id);
  await pass();
  expect(given.asterisk.asked).toContain('unmute');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('a refusal of Asterisk is a failure with a way of its own', async () => {
  const given = givenCall();
  given.asterisk.fault('bridges.addChannel', { status: 409 });
  const flow = given.run(
    { type: 'confbridge_join', option: { confbridge_id }, on_error_id: 'refused' },
    { id: 'after', ...longSleep },
    { id: 'refused', ...longSleep },
  );
  await pass(10_000);
  expect(flow.at).toBe('refused');
  expect(given.failures).toEqual(['BRIDGE_FAILED']);
  expect(given.asterisk.bridges.size).toBe(0);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('a call that cannot be muted does not join as one that is heard', async () => {
  const given = givenCall();
  given.asterisk.fault('mute', { status: 500 });
  const flow = given.runOne('confbridge_join', { confbridge_id, muted: true });
  await pass(1_000);
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual(['MUTE_FAILED']);
  expect(given.asterisk.asked).not.toContain('bridges.addChannel');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test.each(['bridges.createWithId', 'bridges.addChannel'])(
  'ends at once when the caller hangs up while Asterisk is silent on %s',
  async (operation) => {
    const given = givenCall();
    given.asterisk.fault(operation, { isUnanswered: true });
    const flow = given.runOne('confbridge_join', { confbridge_id });
    await pass(1_000);
    given.hangup();
    await flow.done;
    expect(given.conferences.confbridges.size).toBe(0);
    given.expectNothingLeft();
  },
);

test('two meet in one bridge; whoever is alone hears music; the last one takes the bridge along', async () => {
  const { given, flow } = await inside();
  const isOnHold = () => [...given.asterisk.bridges.values()].map((bridge) => bridge.isOnHold);
  expect(isOnHold()).toEqual([true]);
  const second = await other(given);
  expect(isOnHold()).toEqual([false]);
  given.hangup();
  await flow.done;
  await pass();
  expect(isOnHold()).toEqual([true]);
  second.hangup();
  await second.done;
  expect(occupations(given)).toEqual([1, 2, 1, 0]);
  given.expectNothingLeft();
});

test('where as many are in as may be, the next one is refused', async () => {
  const { given, flow } = await inside();
  const second = await other(given, { max_members: 1 });
  expect(second.at()).toBe('after');
  expect(given.failures).toEqual(['CONFBRIDGE_FULL']);
  await given.conferences.confbridges.update(confbridge_id, { max_members: 1 });
  const third = await other(given);
  expect(third.at()).toBe('after');
  given.hangup();
  second.hangup();
  third.hangup();
  await Promise.all([flow.done, second.done, third.done]);
  expect(occupations(given).at(-1)).toBe(0);
  given.expectNothingLeft();
});

test('of type connect: whoever is left alone leaves too, and hears no music before', async () => {
  const given = givenCall();
  given.conferences.confbridges.create({ id: confbridge_id, type: 'connect' });
  const flow = given.runOne('confbridge_join', { confbridge_id });
  await pass(1_000);
  expect(given.asterisk.asked).not.toContain('bridges.startMoh');
  const second = await other(given);
  second.hangup();
  await second.done;
  await pass();
  expect(flow.at).toBe('after');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('is announced to all when it has joined', async () => {
  const { given, flow } = await inside({ announcement: 'Somebody is here.' }, { soundLength: 500 });
  await pass(1_000);
  expect(given.asterisk.asked).toContain('bridges.play');
  expect(given.asterisk.asked.indexOf('bridges.play')).toBeGreaterThan(
    given.asterisk.asked.indexOf('bridges.addChannel'),
  );
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('what is said to all ends with the last one in it', async () => {
  const { given, flow } = await inside({}, { soundLength: 'manual' });
  expect(await given.conferences.confbridges.play(confbridge_id, ['sound:a', 'sound:b'])).toBe(true);
  await pass(100);
  expect(given.asterisk.playing.map(({ media }) => media)).toEqual(['sound:a']);
  given.hangup();
  await flow.done;
  expect(await given.conferences.confbridges.play(confbridge_id, ['sound:a'])).toBe(false);
  given.expectNothingLeft();
});

/** The warnings in a log, and the log. */
function warnings(): { readonly warned: string[]; readonly log: Log } {
  const warned: string[] = [];
  const log: Log = {
    ...silentLog,
    warn: (fields, event) => warned.push(`${event}: ${JSON.stringify(fields)}`),
    child: () => log,
  };
  return { warned, log };
}

test('of what is played to all each URL is fetched shortly before, and bad ones are left out', async () => {
  const { warned, log } = warnings();
  const { given, flow } = await inside({}, { soundLength: 'manual', log });
  const urls = ['bad', 'one', 'two', 'three', 'four'].map((name) => `http://media.example/${name}`);
  given.media.failures.set('http://media.example/bad', 'MEDIA_FAILED');
  expect(await given.conferences.confbridges.play(confbridge_id, urls)).toBe(true);
  await pass(100);
  expect(given.asterisk.playing.map(({ media }) => media)).toEqual(['sound:/downloads/one']);
  expect(given.media.requests).toEqual(urls.slice(0, 3));
  expect(warned).toEqual([expect.stringMatching(/^announcement_failed: .*the server is like that/)]);
  for (const { id } of given.asterisk.playing) given.asterisk.finishPlayback(id);
  await pass(100);
  expect(given.asterisk.playing.map(({ media }) => media)).toEqual(['sound:/downloads/two']);
  expect(given.media.requests).toEqual(urls.slice(0, 4));
  given.hangup();
  await flow.done;
  expect(given.media.requests).toHaveLength(4);
  given.expectNothingLeft();
});

test('a download for a room ends with the last one in it', async () => {
  const { given, flow } = await inside();
  given.media.duration = 60_000;
  await given.conferences.confbridges.play(confbridge_id, ['http://media.example/long']);
  await pass(100);
  expect(given.media.requests).toHaveLength(1);
  given.hangup();
  await flow.done;
  expect(given.media.aborted).toBe(1);
  given.expectNothingLeft();
});

test('a recording or sound that is not there is told of, and what is behind it is heard', async () => {
  const { warned, log } = warnings();
  const { given, flow } = await inside({}, { soundLength: 'manual', log });
  given.asterisk.missingSounds.add('sound:nothing');
  const media = ['recording:nothing', 'sound:nothing', 'sound:beep'];
  await given.conferences.confbridges.play(confbridge_id, media);
  await pass(100);
  expect(given.asterisk.playing.map(({ media }) => media)).toEqual(['sound:beep']);
  expect(warned).toEqual([
    expect.stringMatching(/^announcement_failed: .*there is no such recording/),
    expect.stringMatching(/^announcement_failed: .*could not play sound:nothing/),
  ]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('whoever is put out is unmuted, also where Asterisk does not let him out', async () => {
  const { warned, log } = warnings();
  const { given, flow } = await inside({ muted: true }, { log });
  given.asterisk.fault('bridges.removeChannel', { status: 500 });
  await given.conferences.confbridges.kick(confbridge_id, given.call.id);
  await pass();
  expect(flow.at).toBe('after');
  expect(given.asterisk.asked).toContain('unmute');
  expect(warned).toEqual([expect.stringMatching(/^confbridge_not_left/)]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('a mute that may have come through is taken back', async () => {
  const given = givenCall();
  given.asterisk.fault('mute', { status: 500 });
  const flow = given.runOne('confbridge_join', { confbridge_id, muted: true });
  await pass(1_000);
  expect(flow.at).toBe('after');
  expect(given.asterisk.asked).toContain('unmute');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('a confbridge that is deleted while nobody is in it, is made again when somebody comes', async () => {
  const { given, flow } = await inside();
  await given.conferences.confbridges.delete(confbridge_id);
  const second = await other(given);
  expect(second.at()).toBe('it');
  expect(given.conferences.told.filter(({ type }) => type === 'confbridge_created')).toHaveLength(2);
  given.hangup();
  second.hangup();
  await Promise.all([flow.done, second.done]);
  given.expectNothingLeft();
});

test('whoever comes while it is being deleted comes into a new one', async () => {
  const { given, flow } = await inside();
  const deleting = given.conferences.confbridges.delete(confbridge_id);
  expect(await given.conferences.confbridges.delete(confbridge_id)).toBeUndefined();
  const second = await other(given);
  await deleting;
  expect([flow.at, second.at()]).toEqual(['after', 'it']);
  expect(given.conferences.told.map(({ type }) => type)).toEqual([
    'confbridge_created',
    'confbridge_updated',
    'confbridge_updated',
    'confbridge_deleted',
    'confbridge_created',
    'confbridge_updated',
  ]);
  given.hangup();
  second.hangup();
  await Promise.all([flow.done, second.done]);
  given.expectNothingLeft();
});

test.each([0, 1, 5, 20])(
  'whoever comes %d turns after the last one was put out finds a bridge',
  async (turns) => {
    const { given, flow } = await inside();
    const kicking = given.conferences.confbridges.kick(confbridge_id, given.call.id);
    for (let turn = 0; turn < turns; turn++) await undefined;
    const second = await other(given);
    await kicking;
    expect([flow.at, second.at()]).toEqual(['after', 'it']);
    expect(given.asterisk.bridges.size).toBe(1);
    expect(await given.conferences.confbridges.participants(confbridge_id)).toHaveLength(1);
    given.hangup();
    second.hangup();
    await Promise.all([flow.done, second.done]);
    given.expectNothingLeft();
  },
);

test('two who come at once find one bridge', async () => {
  const given = givenCall();
  const flow = given.runOne('confbridge_join', { confbridge_id });
  const second = await other(given);
  expect(given.asterisk.bridges.size).toBe(1);
  expect(occupations(given)).toEqual([1, 2]);
  expect(given.conferences.told.filter(({ type }) => type === 'confbridge_created')).toHaveLength(1);
  given.hangup();
  second.hangup();
  await Promise.all([flow.done, second.done]);
  given.expectNothingLeft();
});

describe('who does not start it', () => {
  const guest = { start_on_enter: false };

  test('hears music, and nobody, until somebody is in who does', async () => {
    const { given, flow } = await inside(guest);
    expect([occupations(given), given.channel.isOnHold, given.channel.bridge]).toEqual([[], true, undefined]);
    const second = await other(given, guest);
    expect(occupations(given)).toEqual([]);
    const host = await other(given);
    expect(occupations(given)).toEqual([1, 2, 3]);
    expect([given.channel.isOnHold, given.channel.bridge !== undefined]).toEqual([false, true]);
    host.hangup();
    await pass(1_000);
    expect([flow.at, second.at()]).toEqual(['it', 'it']);
    const late = await other(given, guest);
    expect(occupations(given).at(-1)).toBe(3);
    for (const one of [second, late]) one.hangup();
    given.hangup();
    await flow.done;
    await pass(1_000);
    given.expectNothingLeft();
  });

  test('waits anew where all have left meanwhile', async () => {
    const { given, flow } = await inside();
    expect(await given.conferences.confbridges.kick(confbridge_id, given.call.id)).toBe(true);
    await pass(1_000);
    const waiting = await other(given, guest);
    expect(occupations(given)).toEqual([1, 0]);
    expect(await given.conferences.confbridges.delete(confbridge_id)).toBeDefined();
    await pass(1_000);
    expect(waiting.at()).toBe('after');
    waiting.hangup();
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('waits on after a kill, and so does who is in', async () => {
    const { given } = await inside(guest);
    const waits = await given.restart();
    await pass(5_000);
    expect([occupations(waits), waits.flow.at]).toEqual([[], 'it']);
    const host = await other(waits);
    expect(occupations(waits)).toEqual([1, 2]);
    const again = await waits.restart();
    await pass(5_000);
    expect([again.channel.bridge !== undefined, again.flow.at]).toEqual([true, 'it']);
    host.hangup();
    again.hangup();
    await pass(20_000);
    again.expectNothingLeft();
  });
});

test('all leave with one who ends it', async () => {
  const { given, flow } = await inside();
  const host = await other(given, { end_on_exit: true });
  host.hangup();
  await pass(1_000);
  expect(flow.at).toBe('after');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('all leave with one who ends it and has hung up while the daemon was dead', async () => {
  const { given } = await inside();
  const host = await other(given, { end_on_exit: true });
  const life = await given.restart({ meanwhile: () => host.hangup() });
  await pass(20_000);
  expect(life.flow.at).toBe('after');
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
});

test.each([
  ['waiting', { start_on_enter: false }],
  ['inside', {}],
])('leaves by a key, %s, which is then used', async (_, option) => {
  const { given, flow } = await inside({ ...option, leave_keys: '*#' });
  given.press('1');
  await pass(1_000);
  expect(flow.at).toBe('it');
  given.press('#');
  await pass(1_000);
  expect([flow.at, given.call.digits.kept]).toEqual(['after', '1']);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});
