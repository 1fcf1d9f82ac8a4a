import { expect, test } from 'vitest';
import { endLeftBehind } from '../../../src/flows/recovery.ts';
import { givenActiveflow, givenCall } from '../../support/store-records.ts';

test('what a dead daemon has left behind is ended once, calls first', () => {
  const call = givenCall({ status: 'progressing' });
  const activeflow = givenActiveflow();
  const told: { type: string; record: object }[] = [];
  const tell = (type: string, record: object) => void told.push({ type, record });
  endLeftBehind({ calls: [call], activeflows: [activeflow] }, { call: tell, activeflow: tell });
  expect(told).toEqual([
    {
      type: 'call_hungup',
      record: {
        ...call,
        status: 'hangup',
        hangup_by: 'local',
        hangup_reason: 'failed',
        tm_update: expect.any(String),
        tm_hangup: expect.any(String),
      },
    },
    { type: 'activeflow_deleted', record: { ...activeflow, tm_update: expect.any(String) } },
  ]);
  expect(Object.keys(told[0]?.record ?? {})).toEqual(Object.keys(call));
});
