import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Bridge } from '../../../src/calls/bridge.ts';
import { withHoldMusic } from '../../../src/calls/hold-music.ts';
import { play } from '../../../src/calls/playback.ts';
import { Prompt } from '../../../src/calls/prompt.ts';
import { Scope } from '../../../src/core/scope.ts';
import { sleep } from '../../../src/core/wait.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A call that is up, and what Asterisk was told of silence, music and bridges. */
function given() {
  const fixture = givenCall({ state: 'Up', soundLength: 100 });
  const { asterisk, call } = fixture;
  const newScope = () => new Scope((error) => fixture.reported.push(error));
  const orders = (): string[] =>
    asterisk.asked.filter((name) => /Silence|Moh|addChannel|removeChannel|^play$/.test(name));
  const bridge = (scope: Scope) => Bridge.open({ ari: call.ari, id: call.resourceId('bridge'), scope });
  return { fixture, asterisk, call, newScope, orders, bridge };
}

test('sends silence as long as somebody needs it', async () => {
  const { call, newScope, orders } = given();
  const [one, other] = [newScope(), newScope()];
  await call.silence.keep(one);
  await call.silence.keep(other);
  expect(orders()).toEqual(['startSilence']);
  await one.close();
  expect(orders()).toEqual(['startSilence']);
  await other.close();
  expect(orders()).toEqual(['startSilence', 'stopSilence']);
  expect(call.pendingExpectations).toBe(0);
});

test('begins again when a prompt has ended it', async () => {
  const { call, newScope, orders } = given();
  const scope = newScope();
  await call.silence.keep(scope);
  using prompt = new Prompt(call, { id: call.resourceId });
  const playing = play(prompt, 'sound:hello', call.hangupSignal);
  await pass(1_000);
  expect(await playing).toBe('done');
  expect(orders()).toEqual(['startSilence', 'play', 'startSilence']);
  await scope.close();
});

test('pauses before the call comes into a bridge, and goes on when it has left it', async () => {
  const { call, newScope, orders, bridge } = given();
  const scope = newScope();
  await call.silence.keep(scope);
  const room = await bridge(scope);
  await Promise.all([room.add(call, scope.signal), pass(10)]);
  expect(orders()).toEqual(['startSilence', 'stopSilence', 'bridges.addChannel']);
  await Promise.all([room.remove(call, scope.signal), pass(10)]);
  expect(orders().slice(3)).toEqual(['bridges.removeChannel', 'startSilence']);
  await scope.close();
});

test.each([
  ['is refused', { status: 500 }, 10],
  ['never comes in', { isIgnored: true }, 5_000],
])('goes on for a call that %s', async (_, fault, length) => {
  const { asterisk, call, newScope, orders, bridge } = given();
  const scope = newScope();
  await call.silence.keep(scope);
  const room = await bridge(scope);
  asterisk.fault('bridges.addChannel', fault);
  const adding = room.add(call, scope.signal).catch((error: unknown) => error);
  await pass(length);
  expect(await adding).toMatchObject({ code: 'BRIDGE_FAILED' });
  expect(orders()).toEqual(['startSilence', 'stopSilence', 'bridges.addChannel', 'startSilence']);
  await scope.close();
});

test('goes on when nobody waits for the call in the bridge any more', async () => {
  const { asterisk, call, newScope, orders, bridge } = given();
  const [scope, joining] = [newScope(), newScope()];
  await call.silence.keep(scope);
  const room = await bridge(scope);
  asterisk.fault('bridges.addChannel', { isIgnored: true });
  const adding = room.add(call, joining.signal).catch((error: unknown) => error);
  await pass(1_000);
  await Promise.all([joining.close(new Error('enough')), pass(10)]);
  expect(await adding).toMatchObject({ message: 'enough' });
  expect(orders()).toEqual(['startSilence', 'stopSilence', 'bridges.addChannel', 'startSilence']);
  await scope.close();
});

test('goes on when the call is not to come into the bridge any more, unless it does all the same', async () => {
  const { asterisk, call, newScope, orders, bridge } = given();
  const [scope, joining] = [newScope(), newScope()];
  await call.silence.keep(scope);
  const room = await bridge(scope);
  asterisk.fault('bridges.addChannel', { delay: 1_000, times: 1 });
  const adding = room.add(call, joining.signal).catch((error: unknown) => error);
  await pass(500);
  await Promise.all([joining.close(new Error('enough')), pass(10)]);
  expect(await adding).toMatchObject({ message: 'enough' });
  expect(orders()).toEqual(['startSilence', 'stopSilence', 'bridges.addChannel', 'startSilence']);
  await pass(1_000);
  expect(asterisk.bridges.get(room.id)?.members.size).toBe(1);
  expect(orders().slice(4)).toEqual(['stopSilence']);
  await scope.close();
});

test('does not begin in a bridge, and does not end what it did not begin', async () => {
  const { call, newScope, orders, bridge } = given();
  const [rooms, scope] = [newScope(), newScope()];
  const room = await bridge(rooms);
  await Promise.all([room.add(call, rooms.signal), pass(10)]);
  await call.silence.keep(scope);
  await scope.close();
  expect(orders()).toEqual(['bridges.addChannel']);
  await rooms.close();
});

test('gives way to music on hold', async () => {
  const { call, newScope, orders } = given();
  const scope = newScope();
  await call.silence.keep(scope);
  await Promise.all([withHoldMusic(call, { signal: scope.signal }, () => sleep(1, scope.signal)), pass(1)]);
  await pass();
  expect(orders()).toEqual(['startSilence', 'stopSilence', 'startMoh', 'stopMoh', 'startSilence']);
  await scope.close();
});

test('a call that is hung up is told nothing more', async () => {
  const { fixture, call, orders } = given();
  await call.silence.keep(call.scope);
  fixture.hangup();
  await pass();
  expect(orders()).toEqual(['startSilence']);
  fixture.expectNothingLeft();
});
