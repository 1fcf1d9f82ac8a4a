import { expect, test } from 'vitest';
import type { Bridge, Channel } from '../../../src/ari/events.gen.ts';
import { Left } from '../../../src/ari/left.ts';

const channel = { id: 'ariflow-snoop-1' } as Channel; // nothing else of it matters
const bridge = { id: 'ariflow-bridge-1', channels: ['1'] } as unknown as Bridge; // likewise

test('what is left is claimed once', () => {
  const left = new Left();
  left.fill([channel], [bridge]);
  expect(left.channel(channel.id)).toEqual({ channel });
  expect(left.channel(channel.id)).toBeUndefined();
  expect(left.bridge(bridge.id)).toBe(bridge);
  expect(left.bridge(bridge.id)).toBeUndefined();
});

test('what a channel has come back with is known, also where it came before the rest was', () => {
  const left = new Left();
  left.came({ type: 'StasisStart', channel, args: ['amd', 'HUMAN'] } as never);
  left.fill([channel], []);
  expect(left.channel(channel.id)).toEqual({ channel, args: ['amd', 'HUMAN'] });
});

test('one that is gone is not left, and in the end nothing is', () => {
  const left = new Left();
  left.isAwaited = true;
  left.fill([channel], [bridge]);
  left.went(channel.id);
  expect(left.channel(channel.id)).toBeUndefined();
  left.clear();
  expect([left.bridge(bridge.id), left.isAwaited]).toEqual([undefined, false]);
});
