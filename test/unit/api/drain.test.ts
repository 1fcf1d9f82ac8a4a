import { expect, test } from 'vitest';
import { drainOf } from '../../../src/api/drain.ts';
import { readinessOf } from '../../../src/api/readiness.ts';
import { startActiveflow } from '../../../src/api/start-activeflow.ts';
import { neverTime } from '../../../src/core/clock.ts';
import { admissionOf } from '../../support/admission-of.ts';
import { catalogue } from '../../support/call-fixture.ts';
import { givenApi } from '../../support/store-api.ts';

const lives = { calls: { size: 3 }, activeflows: { size: 2 } };
const when = expect.stringMatching(/^20\d\d-/);

test('POST keeps new calls out and says what still lives, DELETE undoes it', async () => {
  const admission = admissionOf();
  await using api = await givenApi({ drain: drainOf(admission, lives) });
  const nothing = { draining: false, calls: 3, activeflows: 2, tm_drain: neverTime };
  expect(await api.ask('GET', '/drain')).toMatchObject({ status: 200, body: nothing });
  const drained = { draining: true, calls: 3, activeflows: 2, tm_drain: when };
  for (const method of ['POST', 'POST', 'GET'] as const)
    expect(await api.ask(method, '/drain')).toMatchObject({ status: 200, body: drained });
  expect(admission.take('incoming')).toBe('draining');
  expect(await api.ask('DELETE', '/drain')).toMatchObject({ status: 200, body: nothing });
  expect(admission.take('incoming')).toBeUndefined();
});

test('what stops is not opened again', async () => {
  const admission = admissionOf();
  await using api = await givenApi({ drain: drainOf(admission, lives) });
  admission.stop();
  const answer = await api.ask('DELETE', '/drain');
  expect(answer).toMatchObject({ status: 409, body: { error: { reason: 'CONFLICT' } } });
  expect((await api.ask('GET', '/drain')).body).toMatchObject({ draining: true });
  expect(admission.closedFor).toBe('stopping');
});

test('a daemon that is drained or stops is not ready, and says why', async () => {
  const admission = admissionOf();
  const ready = () =>
    readinessOf({ isConnected: true, isReady: true }, { trouble: async () => undefined }, admission);
  expect(await ready()).toMatchObject({ ready: true, checks: { open: true }, reasons: [] });
  admission.drain();
  expect(await ready()).toMatchObject({ ready: false, checks: { open: false }, reasons: ['draining'] });
  admission.stop();
  expect((await ready()).reasons).toEqual(['stopping']);
});

test('no flow without a call begins then', () => {
  const admission = admissionOf();
  admission.drain();
  const activeflows = {
    alone: 0,
    start: () => {
      throw new Error('nothing begins');
    },
  };
  const starting = { activeflows, admission, catalogue, most: 10 };
  expect(() => startActiveflow({ id: '', actions: [] }, {}, starting)).toThrow(
    expect.objectContaining({ reason: 'UNAVAILABLE' }),
  );
});
