import { expect, test } from 'vitest';
import { Backlog } from '../../../src/ari/backlog.ts';
import type { AriEvent } from '../../../src/ari/events.gen.ts';

const event = (fields: object): AriEvent => fields as AriEvent; // as Asterisk might say it
const nobody = { owns: () => false };

test('an event that lacks its channel costs none of those that were kept beside it', () => {
  const backlog = new Backlog();
  const kept = [
    event({ type: 'StasisEnd' }),
    event({ type: 'StasisStart', args: ['inbound'] }),
    event({ type: 'StasisStart', channel: { id: 'c1' }, args: ['inbound'] }),
    event({ type: 'StasisStart', channel: { id: 'gone' }, args: ['inbound'] }),
    event({ type: 'ChannelDtmfReceived', channel: { id: 'c1' }, digit: '1' }),
  ];
  for (const one of kept) backlog.take(one);
  backlog.mark();
  const heard: AriEvent[] = [];
  expect(backlog.handOver({ events: nobody, isThere: (id) => id === 'c1' }, (one) => heard.push(one))).toBe(
    5,
  );
  expect(heard).toEqual([kept[0], kept[1], kept[2], kept[4]]);
});
