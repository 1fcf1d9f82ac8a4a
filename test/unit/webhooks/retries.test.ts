import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DueDelivery } from '../../../src/news/outbox.ts';
import { EndpointGate } from '../../../src/webhooks/endpoint-gate.ts';
import { EndpointTable } from '../../../src/webhooks/endpoint-table.ts';
import { defaultSchedule, delayAfter, parseRetryAfter } from '../../../src/webhooks/schedule.ts';
import { outcomeOf, verdict } from '../../../src/webhooks/verdict.ts';

const schedule = defaultSchedule;

describe('the schedule', () => {
  test('is 5s, 30s, 2m, 10m, 1h, 6h, 24h, each a fifth more or less', async () => {
    await fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => {
          const delay = delayAfter({ schedule, attempts, retryAfter: undefined, random }) ?? 0;
          const scheduled = [5, 30, 120, 600, 3_600, 21_600, 86_400][attempts - 1]! * 1_000;
          expect(delay).toBeGreaterThanOrEqual(scheduled * 0.8);
          expect(delay).toBeLessThanOrEqual(scheduled * 1.2);
        },
      ),
    );
    expect(delayAfter({ schedule, attempts: 8, retryAfter: 1_000, random: 0 })).toBeUndefined();
    expect(delayAfter({ schedule: [], attempts: 1, retryAfter: undefined, random: 0 })).toBeUndefined();
  });

  test('heeds Retry-After between once and twice the delay', () => {
    const after = (retryAfter: number) => delayAfter({ schedule, attempts: 1, retryAfter, random: 0 });
    expect([0, 4_000, 7_000, 10_000, 1e12].map(after)).toEqual([5_000, 5_000, 7_000, 10_000, 10_000]);
  });

  test.each([
    ['7', 7_000],
    ['0', 0],
    ['1000000000', 1e12],
    ['Fri, 20 Nov 2026 10:00:10 GMT', 10_000],
    ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026-11-20', undefined],
    ['9'.repeat(400), undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads Retry-After %j', (value, expected) => {
    expect(parseRetryAfter(value, Date.UTC(2026, 10, 20, 10))).toBe(expected);
  });
});

describe('the verdict on a try', () => {
  const delivery: DueDelivery = {
    id: 'msg_1',
    endpointId: 'e',
    lane: 'l',
    type: 't',
    body: '{}',
    createdAt: 0,
    attempts: 0,
    failingSince: undefined,
  };
  const rules = { schedule, hold: 60_000 };
  const failed = { status: 500, error: 'http_500', isFinal: false, retryAfter: undefined };
  const moment = { now: 1_000, random: 0.5 };

  test('is done for 2xx, once more for a failure, given up after the last', () => {
    expect(verdict(delivery, { ...failed, status: 204, error: '' }, rules, moment)).toEqual({
      kind: 'delivered',
      id: 'msg_1',
      at: 1_000,
      attempts: 1,
      status: 204,
      error: '',
    });
    expect(verdict(delivery, failed, rules, moment)).toMatchObject({
      kind: 'failed',
      attempts: 1,
      nextAt: 6_000,
      failingSince: 1_000,
      isSetAside: false,
    });
    expect(verdict({ ...delivery, attempts: 7, failingSince: 0 }, failed, rules, moment)).toMatchObject({
      kind: 'dead',
      attempts: 8,
    });
    expect(verdict(delivery, { ...failed, isFinal: true }, rules, moment)).toMatchObject({
      kind: 'dead',
      attempts: 1,
    });
  });

  test('sets aside what would hold its lane for longer than the hold', () => {
    const second = { ...delivery, attempts: 1, failingSince: 1_000 };
    expect(verdict(second, failed, rules, { now: 6_000, random: 0.5 })).toMatchObject({
      nextAt: 36_000,
      isSetAside: false,
    });
    const third = { ...delivery, attempts: 2, failingSince: 1_000 };
    expect(verdict(third, failed, rules, { now: 36_000, random: 0.5 })).toMatchObject({
      nextAt: 156_000,
      isSetAside: true,
    });
    expect(verdict(delivery, failed, { schedule, hold: 0 }, moment)).toMatchObject({ isSetAside: true });
  });

  test('tells a receiver that is down from one that refuses', () => {
    const outcome = (status: number, error = `http_${status}`) => outcomeOf({ ...failed, status, error });
    expect([outcome(200, ''), outcome(404), outcome(301), outcome(410)]).toEqual([
      'delivered',
      'refused',
      'refused',
      'refused',
    ]);
    expect([outcome(500), outcome(503), outcome(429), outcome(0, 'timeout')]).toEqual([
      'failed',
      'failed',
      'failed',
      'failed',
    ]);
  });
});

describe('the gate of an endpoint', () => {
  const gate = () => new EndpointGate({ maxLanes: 8, pauses: [100, 200] });
  const failLanes = (target: EndpointGate, now: number, count = 5) =>
    Array.from({ length: count }, (_, i) => target.record('failed', `lane${i}`, now));

  test('has room for so many lanes', () => {
    const open = gate();
    expect(open.room(0)).toBe(8);
    for (let i = 0; i < 8; i += 1) open.enter();
    expect(open.room(0)).toBe(0);
    open.leave();
    expect(open.room(0)).toBe(1);
  });

  test('stays open for the others however often one lane fails', () => {
    const open = gate();
    for (let i = 0; i < 100; i += 1) expect(open.record('failed', 'bad', i)).toBe(false);
    expect(open.room(100)).toBe(8);
  });

  test('shuts when five lanes fail in a row, then lets one try at a time, at growing intervals', () => {
    const shut = gate();
    expect(failLanes(shut, 0)).toEqual([false, false, false, false, true]);
    expect([shut.room(99), shut.opensAt(50), shut.room(100)]).toEqual([0, 100, 1]);
    shut.enter();
    expect(shut.room(100)).toBe(0);
    expect(shut.record('failed', 'x', 110)).toBe(true);
    shut.leave();
    expect([shut.room(309), shut.room(310)]).toEqual([0, 1]);
    shut.record('failed', 'x', 310);
    expect(shut.opensAt(310)).toBe(510);
    shut.record('delivered', 'x', 520);
    expect([shut.room(520), shut.failingSince]).toEqual([8, undefined]);
  });

  test('is not moved by failures of what was under way when it shut', () => {
    const shut = gate();
    failLanes(shut, 0);
    failLanes(shut, 50);
    expect(shut.opensAt(50)).toBe(100);
  });

  test('is opened by an answer, even a refusal, which is no delivery', () => {
    const open = gate();
    failLanes(open, 10);
    open.record('refused', 'x', 120);
    expect([open.room(120), open.failingSince]).toEqual([8, 10]);
  });
});

describe('room for lanes', () => {
  const endpoint = (id: string, uri = 'https://example.com/') =>
    ({ id, uri, method: 'POST', status: 'active', secrets: [] }) as const;

  test('is left for an endpoint at rest when others have taken all', () => {
    const table = new EndpointTable({ maxLanes: 8, pauses: [100] });
    table.refresh([endpoint('slow'), endpoint('quick'), { ...endpoint('off'), status: 'inactive' }]);
    for (let i = 0; i < 4; i += 1) table.find('slow')?.gate.enter();
    const rooms = [
      { endpointId: 'quick', lanes: 8 },
      { endpointId: 'slow', lanes: 4 },
    ];
    expect(table.rooms(0, 10)).toEqual({ rooms, limit: 10 });
    expect(table.rooms(0, 0)).toEqual({ rooms: [{ endpointId: 'quick', lanes: 1 }], limit: 1 });
    table.refresh(['slow', 'quick', 'third', 'fourth'].map((id) => endpoint(id)));
    expect(table.rooms(0, 1)).toMatchObject({ limit: 3 });
  });

  test('comes back at once when a receiver that is down moves', () => {
    const table = new EndpointTable({ maxLanes: 8, pauses: [100] });
    table.refresh([endpoint('a')]);
    for (const lane of '12345') table.find('a')?.gate.record('failed', lane, 0);
    table.refresh([endpoint('a')]);
    expect([table.rooms(0, 10).rooms, table.nextOpening(0)]).toEqual([[], 100]);
    table.refresh([endpoint('a', 'https://example.org/')]);
    expect(table.rooms(0, 10).rooms).toHaveLength(1);
  });
});
