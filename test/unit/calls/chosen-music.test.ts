import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { classOf, preferMusic } from '../../../src/calls/chosen-music.ts';
import { musicOf } from '../../../src/ports/music.ts';
import { givenCall } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const { signal } = new AbortController();
const orders = (asked: readonly string[]): number => asked.filter((name) => name === 'setChannelVar').length;

test('Asterisk is told of the music of a call where that is another one than before', async () => {
  const given = givenCall();
  const { asterisk, call, ports } = given;
  await preferMusic(call, undefined, signal);
  expect(orders(asterisk.asked)).toBe(0);
  await preferMusic(call, musicOf(ports, 'sound:one'), signal);
  await preferMusic(call, musicOf(ports, 'sound:one'), signal);
  expect([orders(asterisk.asked), call.orders.musicClass]).toEqual([1, 'class of sound:one']);
  await preferMusic(call, musicOf(ports, ''), signal);
  expect([orders(asterisk.asked), call.orders.musicClass]).toEqual([2, 'default']);
  given.hangup();
});

test('whoever waits hears the usual where there is no such sound, or Asterisk does not take it', async () => {
  const given = givenCall();
  const { asterisk, call, music, ports } = given;
  music.missing.add('sound:gone');
  expect(await classOf(musicOf(ports, 'sound:gone'), call, signal)).toBe('default');
  asterisk.fault('setChannelVar', { status: 500 });
  await preferMusic(call, musicOf(ports, 'sound:one'), signal);
  expect(call.orders.musicClass).toBe('default');
  const gone = AbortSignal.abort(new Error('gone'));
  await expect(classOf(musicOf(ports, 'sound:one'), call, gone)).rejects.toThrow('gone');
  given.hangup();
});
