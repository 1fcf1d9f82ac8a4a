import { expect, test } from 'vitest';
import { givenApi } from '../../support/store-api.ts';
import { givenCall } from '../../support/store-records.ts';

test('a call of whose flow nothing is stored any more is met once more with another one alone', async () => {
  const asked: string[] = [];
  await using api = await givenApi({
    replayCall: async ({ call, flow }) => {
      asked.push(...flow.actions.map(({ type }) => type));
      const ended = { how: 'flow', reason: 'normal', at: 0 } as const;
      return { call_id: call.id, is_same: true, steps: [], assumed: [], ended };
    },
  });
  const call = givenCall({
    status: 'hangup',
    flow_id: 'b0000000-0000-4000-8000-000000000001',
    flow_revision: 3,
  });
  const state = { channel: 'its own', until: 0, diary: { entries: [], hasTrace: true } };
  api.recorder.record({ live: { kind: 'calls', record: call, state } });
  const refused = await api.ask('POST', `/calls/${call.id}/replay`);
  expect(refused.status).toBe(409);
  expect(refused.body.error.message).toBe(
    'what ran on the call is stored no more: expected flow_id or actions with what is to run',
  );
  expect(asked).toEqual([]);
  const answered = await api.ask('POST', `/calls/${call.id}/replay`, { actions: [{ type: 'answer' }] });
  expect(answered.status).toBe(200);
  expect(asked).toEqual(['answer']);
});
