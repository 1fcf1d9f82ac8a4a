import { expect, test } from 'vitest';
import { eventFamilies, type WebhookEvent } from '../../../src/news/event-families.ts';
import { givenActiveflow, givenCall } from '../../support/store-records.ts';

test('every event has the name of its family, and is in one only', () => {
  const families = Object.entries(eventFamilies);
  const all = families.flatMap(([family, { events }]) =>
    Object.keys(events).map((type) => {
      expect(type.startsWith(`${family}_`), type).toBe(true);
      return type;
    }),
  );
  expect(families.length).toBeGreaterThanOrEqual(16);
  expect(new Set(all).size).toBe(all.length);
});

test('of every event is said what it tells', () => {
  const untold = Object.entries(eventFamilies).flatMap(([family, row]) => ('shape' in row ? [] : [family]));
  expect(untold).toEqual([]);
});

test('what is not in the table does not compile', () => {
  const call = givenCall();
  const published: WebhookEvent[] = [
    { type: 'call_hungup', data: call },
    // @ts-expect-error there is no such event
    { type: 'call_hangup', data: call },
    // @ts-expect-error its data is a call
    { type: 'call_updated', data: givenActiveflow() },
    // @ts-expect-error its data is a transcript
    { type: 'transcript_created', data: call },
  ];
  expect(published).toHaveLength(4); // the compiler is the test
});
