import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Log } from '../../../src/core/log.ts';
import { StoreError } from '../../../src/core/store-error.ts';
import type { Batch } from '../../../src/news/batch.ts';
import { Recorder } from '../../../src/news/recorder.ts';
import { givenCall, recordCall } from '../../support/store-records.ts';

const silent = (): void => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };

/** How a commit goes: `doubt` is written, but the answer is lost. */
type Fate = 'well' | 'fails' | 'doubt';

/** A store of which the test may ask at any time what a start after a kill would find. */
class Disk {
  readonly versions = new Map<string, number>();
  /** Of each call the versions its events told of, in order, each once. */
  readonly told = new Map<string, number[]>();
  readonly #ids = new Set<string>();
  readonly #fates: Fate[];

  constructor(fates: readonly Fate[]) {
    this.#fates = [...fates];
  }

  async commit({ live = [], deliveries = [] }: Batch): Promise<void> {
    const fate = this.#fates.shift() ?? 'well';
    if (fate === 'fails') throw new StoreError('full');
    for (const { kind, record } of live)
      if (kind === 'calls') this.versions.set(record.id, Number(record.tm_update));
    for (const { id, lane, body } of deliveries) {
      if (this.#ids.has(id)) continue;
      this.#ids.add(id);
      this.told.set(lane, [...(this.told.get(lane) ?? []), Number(body)]);
    }
    if (fate === 'doubt') throw new StoreError('unreachable');
  }
}

const changes = fc.array(fc.record({ call: fc.nat(2), isTold: fc.boolean(), isPause: fc.boolean() }), {
  maxLength: 40,
});
const fates = fc.array(fc.constantFrom<Fate>('well', 'fails', 'doubt'), { maxLength: 20 });

test('whatever fails and whenever it ends: events in order, none lost, no record ahead of its events', async () => {
  await fc.assert(
    fc.asyncProperty(changes, fates, fc.integer({ min: 1, max: 5 }), async (steps, failing, portion) => {
      const disk = new Disk(failing);
      const calls = [givenCall(), givenCall(), givenCall()];
      const expected = new Map<string, number[]>();
      const look = (): void => {
        const last = Math.max(0, ...disk.versions.values());
        for (const [id, told] of expected) {
          const due = told.filter((version) => version <= last);
          expect((disk.told.get(id) ?? []).slice(0, due.length)).toEqual(due);
        }
      };
      let id = 0;
      const recorder = new Recorder({ commit: (batch) => disk.commit(batch).finally(look) }, log, {
        interval: 0,
        backOff: [0],
        portion,
        deliveriesOf: (events) =>
          events.map(({ lane, event }) => ({
            ...{ id: `msg_${++id}`, endpointId: 'a', lane, type: event.type, createdAt: 0 },
            body: (event.data as { tm_update: string }).tm_update,
          })),
      });
      for (const [version, { call: index, isTold, isPause }] of steps.entries()) {
        const call = { ...calls[index]!, tm_update: String(version + 1) };
        if (isTold) expected.set(call.id, [...(expected.get(call.id) ?? []), version + 1]);
        recordCall(
          recorder,
          call,
          isTold ? { event: { type: 'call_updated', data: call }, lane: call.id } : undefined,
        );
        if (isPause) await new Promise((resolve) => setImmediate(resolve));
      }
      await recorder.close();
      expect(disk.told).toEqual(expected);
      for (const [index, { id: callId }] of calls.entries()) {
        const last = steps.findLastIndex(({ call }) => call === index);
        expect(disk.versions.get(callId)).toBe(last < 0 ? undefined : last + 1);
      }
    }),
    { numRuns: 150 },
  );
});
