import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SideChannel } from '../../../src/calls/side-channel.ts';
import { Scope } from '../../../src/core/scope.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A call with snoops beside it, which stand for a recorder's and for channels of external media. */
async function given() {
  const fixture = givenCall({ state: 'Up' });
  const { asterisk, call, channel } = fixture;
  const failure = { code: 'OVERHEARING_FAILED', message: 'no snoop' } as const;
  const names = new Map<string, string>();
  const beside = async (name: string) => {
    const scope = new Scope((error) => fixture.reported.push(error));
    const make = (id: string) => call.ari.snoop(channel.id, id, { spy: 'out' });
    const opening = SideChannel.open(call.ari, { id: call.resourceId('snoop'), scope, make, failure });
    await pass(10);
    const { channelId } = await opening;
    names.set(channelId, name);
    return { channelId, scope };
  };
  const snoops = (): string[] =>
    asterisk.requests
      .filter(({ operation, query }) => operation.name === 'snoopChannelWithId' && query.spy !== 'out')
      .map(({ path, query }) => `${names.get(path.channelId ?? '')} ${query.spy ? 'heard' : 'told'}`);
  const count = () => ({ channels: asterisk.channels.size, bridges: asterisk.bridges.size });
  return { fixture, asterisk, call, beside, snoops, count };
}

test.each(['first', 'last'])('an ear that comes %s is told what a voice says', async (when) => {
  const { call, beside, snoops, count } = await given();
  const [ear, voice] = [await beside('ear'), await beside('voice')];
  if (when === 'first') call.whispers.addEar(ear);
  call.whispers.addVoice(voice);
  if (when === 'last') call.whispers.addEar(ear);
  await pass(10);
  expect(snoops()).toEqual(['voice heard', 'ear told']);
  expect(count()).toEqual({ channels: 5, bridges: 1 });
  await (when === 'first' ? ear : voice).scope.close();
  expect(count()).toEqual({ channels: 2, bridges: 0 });
});

test('every voice is told to every ear, and neither to itself', async () => {
  const { call, beside, snoops } = await given();
  for (const name of ['ear1', 'ear2']) call.whispers.addEar(await beside(name));
  for (const name of ['voice1', 'voice2']) call.whispers.addVoice(await beside(name));
  await pass(10);
  const told = snoops().filter((line) => line.endsWith('told'));
  expect(told.sort()).toEqual(['ear1 told', 'ear1 told', 'ear2 told', 'ear2 told']);
});

test('one who has gone neither hears nor is heard', async () => {
  const { call, beside, snoops } = await given();
  const [ear, voice] = [await beside('ear'), await beside('voice')];
  call.whispers.addEar(ear);
  await ear.scope.close();
  call.whispers.addVoice(voice);
  await pass(10);
  expect(snoops()).toEqual([]);
});

test('nothing is left when the call ends, and nothing goes wrong where Asterisk refuses', async () => {
  const { fixture, asterisk, call, beside } = await given();
  const [ear, voice] = [await beside('ear'), await beside('voice')];
  call.whispers.addEar(ear);
  call.whispers.addVoice(voice);
  await pass(10);
  asterisk.fault('snoopChannelWithId', { status: 500 });
  call.whispers.addVoice({ channelId: 'other', scope: call.scope });
  await pass(10);
  asterisk.mend();
  await Promise.all([ear.scope.close(), voice.scope.close()]);
  fixture.hangup();
  await pass(10);
  fixture.expectNothingLeft();
  expect(asterisk.bridges.size).toBe(0);
});
