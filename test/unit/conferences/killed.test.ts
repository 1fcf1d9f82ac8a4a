import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/calls/call.ts';
import { realClock, replaceClock, zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  longSleep,
  pass,
} from '../../support/call-fixture.ts';

let clock: Disposable;

beforeEach(() => {
  vi.useFakeTimers();
  clock = replaceClock(realClock); // no time is behind that of the test before
});
afterEach(() => {
  clock[Symbol.dispose]();
  vi.useRealTimers();
});

const confbridge_id = '821fc304-0ed8-4e93-8a0a-c23312c062be';
const conference_id = '367e0e7a-3a8c-11eb-bb08-f3c3f059cfbe';

/** Who was in the confbridge, as its events told. */
function occupations({ conferences }: CallFixture): number[] {
  return conferences.told.flatMap(({ type, data }) =>
    type === 'confbridge_updated' && 'channel_call_ids' in data
      ? [Object.keys(data.channel_call_ids).length]
      : [],
  );
}

/** Another call joins by this action, and does nothing behind it. */
async function joins(given: CallFixture, option: object = {}, type = 'confbridge_join'): Promise<Call> {
  const channel = given.asterisk.dial({ from: '1002' });
  const find = () => given.incoming.find(({ channelId }) => channelId === channel.id);
  while (!find()) await undefined; // behind events that are on their way
  const call = find() as Call;
  const where = type === 'conference_join' ? { conference_id } : { confbridge_id };
  const written = [
    { id: 'it', type, option: { ...where, ...option } },
    { id: 'after', ...longSleep },
  ];
  const { actions } = checkFlow(written, catalogue);
  given.scope.spawn('call', () => given.activeflows.runOnCall(call, { id: zeroId, actions }));
  await pass(100);
  return call;
}

/** So many calls in a confbridge, the fixture's own first. */
async function together(calls: number, options: GivenCall = {}): Promise<CallFixture> {
  const given = givenCall(options);
  given.runOne('confbridge_join', { confbridge_id });
  await pass(100);
  for (let call = 1; call < calls; call++) await joins(given);
  return given;
}

const bridge = ({ asterisk }: CallFixture) => [...asterisk.bridges.values()][0];
const made = ({ asterisk }: CallFixture, ...names: string[]) =>
  asterisk.asked.filter((name) => names.includes(name)).length;
/** At which actions the calls are, in the order they came; `it` has a list of its own in a conference. */
const places = ({ rows }: CallFixture) =>
  rows
    .activeflows()
    .map(({ record: { current_action } }) => (current_action.id === 'after' ? 'after' : 'it'));

/** All hang up, and nothing is left. */
async function over(given: CallFixture): Promise<void> {
  for (const channel of [...given.asterisk.channels.values()]) given.asterisk.hangup(channel);
  await pass(8_000); // what is left of the life before is swept away
  expect(given.conferences.confbridges.size).toBe(0);
  given.expectNothingLeft();
}

describe.each(['before', 'after'] as const)('with events %s the answer', (events) => {
  test('three in a confbridge stay in its bridge, are told of once, and leave one by one', async () => {
    const given = await together(3, { events });
    const { id } = bridge(given) ?? {};
    const before = await given.conferences.confbridges.participants(confbridge_id);
    const life = await given.restart();
    await pass(20_000);
    expect(bridge(life)).toMatchObject({ id, isOnHold: false });
    expect(bridge(life)?.members.size).toBe(3);
    expect(made(life, 'bridges.createWithId', 'bridges.addChannel')).toBe(4);
    expect(occupations(life)).toEqual([1, 2, 3]);
    expect(places(life)).toEqual(['it', 'it', 'it']);
    expect(before).toHaveLength(3);
    expect(await life.conferences.confbridges.participants(confbridge_id)).toEqual(before);
    life.hangup();
    await pass(100);
    expect(occupations(life)).toEqual([1, 2, 3, 2]);
    await over(life);
    expect(occupations(life)).toEqual([1, 2, 3, 2, 1, 0]);
    expect(life.asterisk.bridges.size).toBe(0);
  });
});

test('who has hung up meanwhile has left, and whoever is alone then hears music', async () => {
  const given = await together(2);
  const life = await given.restart({ meanwhile: () => given.hangup() });
  await pass(1_000);
  expect(occupations(life)).toEqual([1, 2, 1]);
  expect(bridge(life)?.isOnHold).toBe(true);
  expect(places(life)).toEqual(['it']);
  await over(life);
});

test('whoever is alone hears his music on, until somebody comes', async () => {
  const given = await together(1);
  const life = await given.restart();
  await pass(1_000);
  expect(bridge(life)?.isOnHold).toBe(true);
  expect(made(life, 'bridges.startMoh')).toBe(1);
  await joins(life);
  expect(bridge(life)?.isOnHold).toBe(false);
  expect(occupations(life)).toEqual([1, 2]);
  expect(life.asterisk.bridges.size).toBe(1);
  await over(life);
});

test('all may have gone meanwhile', async () => {
  const given = await together(2);
  const channels = [...given.asterisk.channels.values()];
  const meanwhile = () => channels.forEach((channel) => void given.asterisk.hangup(channel));
  const life = await given.restart({ meanwhile });
  await pass(8_000);
  expect(occupations(life)).toEqual([1, 2, 1, 0]);
  expect(life.conferences.confbridges.size).toBe(0);
  life.expectNothingLeft();
});

test('who comes before the flows of the others go on finds them there', async () => {
  const given = await together(1);
  const life = await given.restart();
  await joins(life);
  expect(bridge(life)?.members.size).toBe(2);
  expect(made(life, 'bridges.createWithId')).toBe(1);
  await over(life);
});

test('a call is kicked, muted, and refused as before', async () => {
  const given = await together(2);
  await given.conferences.confbridges.update(confbridge_id, { max_members: 2 });
  const life = await given.restart();
  const { confbridges } = life.conferences;
  const kicking = confbridges.kick(confbridge_id, life.call.id); // before its flow has come for it
  await pass(100);
  expect(await kicking).toBe(true);
  expect(places(life)).toEqual(['after', 'it']);
  expect(bridge(life)?.members.size).toBe(1);
  const [left] = (await confbridges.participants(confbridge_id)) ?? [];
  expect(await confbridges.setMuted(confbridge_id, left?.call_id ?? '', true)).toBe(true);
  const again = await life.restart();
  await pass(100);
  expect(await again.conferences.confbridges.participants(confbridge_id)).toEqual([{ ...left, muted: true }]);
  await joins(again);
  await joins(again);
  expect(again.failures).toEqual(['CONFBRIDGE_FULL']);
  await over(again);
});

test('of type connect: whoever is left alone leaves too', async () => {
  const given = givenCall();
  given.conferences.confbridges.create({ id: confbridge_id, type: 'connect' });
  given.runOne('confbridge_join', { confbridge_id });
  await pass(100);
  await joins(given);
  const life = await given.restart({ meanwhile: () => given.hangup() });
  await pass(1_000);
  expect(occupations(life)).toEqual([1, 2, 1, 0]);
  expect(places(life)).toEqual(['after']);
  expect(life.asterisk.bridges.size).toBe(0);
  await over(life);
});

test('what is said to all after the kill has an id of its own, also where something is being said still', async () => {
  const given = await together(2, { soundLength: 'manual' });
  await given.conferences.confbridges.play(confbridge_id, ['sound:one']);
  await pass(100);
  const life = await given.restart();
  await pass(100);
  await life.conferences.confbridges.play(confbridge_id, ['sound:two']);
  await pass(100);
  expect(life.asterisk.playing.map(({ media }) => media)).toEqual(['sound:one', 'sound:two']);
  expect(new Set(life.asterisk.playing.map(({ id }) => id)).size).toBe(2);
  await over(life);
});

test('a recording of the room goes on, and is stopped as ever', async () => {
  const given = await together(2);
  const room = await given.conferences.confbridges.bridge(confbridge_id);
  if (!room) throw new Error('nobody is in it');
  const { id } = await given.recordings.recordings.startOfBridge(room, { format: 'wav', duration: 0 });
  const life = await given.restart();
  await pass(1_000);
  expect(made(life, 'bridges.record')).toBe(1);
  expect(life.asterisk.recordings.live).toHaveLength(1);
  expect(life.recordings.recordings.stopOfBridge(confbridge_id)).toMatchObject({ id, status: 'recording' });
  await pass(1_000);
  expect(life.asterisk.recordings.live).toEqual([]);
  await over(life);
});

describe('a conference', () => {
  async function meeting(fields: object = {}): Promise<CallFixture> {
    const given = givenCall();
    given.conferences.add({ id: conference_id, ...fields });
    given.runOne('conference_join', { conference_id });
    await pass(100);
    await joins(given, {}, 'conference_join');
    expect(given.conferences.statuses).toEqual(['joined', 'joined']);
    return given;
  }

  test('goes on with the calls in it; each is in it once', async () => {
    const given = await meeting();
    const life = await given.restart();
    await pass(1_000);
    expect(life.conferences.statuses).toEqual(['joined', 'joined']);
    expect(occupations(life)).toEqual([1, 2]);
    life.hangup();
    await pass(100);
    expect(life.conferences.statuses).toEqual(['leaved', 'joined']);
    await over(life);
    expect(life.conferences.statuses).toEqual(['leaved', 'leaved']);
  });

  test.each([0, 30_000])('ends when its time is over, also where that was %d ms ago', async (gap) => {
    const given = await meeting({ timeout: 60 });
    await pass(50_000);
    const life = await given.restart({ later: gap });
    await pass(gap === 0 ? 8_000 : 0);
    if (gap === 0) expect(occupations(life)).toEqual([1, 2]);
    await pass(3_000);
    expect(places(life)).toEqual(['after', 'after']);
    expect(life.conferences.statuses).toEqual(['leaved', 'leaved']);
    const ends = life.conferences.told.map(({ type }) => type).filter((type) => type.endsWith('deleted'));
    expect(ends).toEqual(['confbridge_deleted', 'conference_deleted']);
    await over(life);
  });

  test.each([0, 1, 3, 100])('whose end is cut off after %d turns ends once', async (turns) => {
    const given = await meeting();
    void given.conferences.conferences.end(conference_id, true);
    for (let turn = 0; turn < turns; turn++) await undefined;
    const life = await given.restart();
    await pass(6_000);
    const isOver = life.conferences.records.get(conference_id)?.status === 'terminated';
    expect(places(life)).toEqual(isOver ? ['after', 'after'] : ['it', 'it']);
    const ends = life.conferences.told.map(({ type }) => type).filter((type) => type.endsWith('deleted'));
    expect(ends).toEqual(isOver ? ['confbridge_deleted', 'conference_deleted'] : []);
    await over(life);
  });

  test('whoever was about to be put out is', async () => {
    const given = await meeting();
    const { id = '' } = given.conferences.callRecords[1] ?? {};
    given.conferences.conferencecalls.leaving(id);
    const life = await given.restart();
    await pass(1_000);
    expect(life.conferences.statuses).toEqual(['joined', 'leaved']);
    expect(places(life)).toEqual(['it', 'after']);
    await over(life);
  });
});
