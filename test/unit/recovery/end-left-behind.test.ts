import { expect, test } from 'vitest';
import type { CallRecord } from '../../../src/calls/call-record.ts';
import type { ActiveflowWriting } from '../../../src/flows/activeflow-options.ts';
import type { ActiveflowRecord } from '../../../src/flows/activeflow-record.ts';
import { type ActiveflowState, activeflowState } from '../../../src/flows/activeflow-state.ts';
import { endLeftBehind } from '../../../src/recovery/end-left-behind.ts';
import { givenActiveflow, givenCall } from '../../support/store-records.ts';

interface Told {
  readonly type: string;
  readonly record: object;
  readonly writing?: ActiveflowWriting;
}

/** Ends this, with a call that had ended before. */
async function end(
  calls: readonly CallRecord[],
  activeflows: readonly { record: ActiveflowRecord; state: string }[],
  before?: CallRecord,
) {
  const told: Told[] = [];
  const ended = { get: async (id: string) => (before?.id === id ? before : undefined) };
  const completions = await endLeftBehind(
    { calls, activeflows: activeflows.map(read), ended, filesOf: async (id) => new Map([['r', `of ${id}`]]) },
    {
      call: (type, record) => told.push({ type, record }),
      activeflow: (type, record, writing) => told.push({ type, record, writing }),
    },
  );
  return { told, completions };
}

/** As the store has it. */
const read = ({ record, state }: { readonly record: ActiveflowRecord; readonly state: string }) => ({
  record: { ...record, status: 'running' } as const,
  state: activeflowState.safeParse(JSON.parse(state)).data,
});

const state = (fields: Partial<ActiveflowState> = {}) =>
  JSON.stringify({ variables: {}, kept: {}, isTold: false, ...fields });

test('what a dead daemon has left behind is ended once, calls first', async () => {
  const call = givenCall({ status: 'progressing' });
  const activeflow = givenActiveflow();
  const { told, completions } = await end([call], [{ record: activeflow, state: '{}' }]);
  expect(told).toMatchObject([
    {
      type: 'call_hungup',
      record: {
        ...call,
        status: 'hangup',
        hangup_by: 'local',
        hangup_reason: 'failed',
        tm_update: expect.any(String),
        tm_hangup: expect.any(String),
        hangup_cause: 34,
      },
    },
    { type: 'activeflow_deleted', record: { ...activeflow, tm_update: expect.any(String) } },
  ]);
  expect(Object.keys(told[0]?.record ?? {})).toEqual(Object.keys(call));
  expect(Object.keys(told[1]?.record ?? {})).toEqual(Object.keys(activeflow));
  expect(told[1]?.writing?.end).toEqual({ told: undefined, completion: undefined });
  expect(completions).toEqual([]);
});

test('it keeps the variables it was to keep, and no others', async () => {
  const left = state({ variables: { a: '1', b: '2' }, kept: { b: '2' } });
  const { told } = await end([], [{ record: givenActiveflow(), state: left }]);
  expect(told[0]?.writing?.state()).toEqual({ kept: { b: '2' } });
});

test.each(['lives', 'had ended'])('its end is told with its call, which %s', async (when) => {
  const call = givenCall();
  const hungup = givenCall({ ...call, status: 'hangup', hangup_by: 'remote', hangup_reason: 'busy' });
  const left = {
    record: givenActiveflow({ reference_id: call.id }),
    state: state({ variables: { a: '1' }, isTold: true }),
  };
  const { told } = when === 'lives' ? await end([call], [left]) : await end([], [left], hungup);
  expect(told.at(-1)?.writing?.end?.told).toMatchObject({
    variables: { a: '1' },
    call: {
      record: { id: call.id, status: 'hangup', hangup_by: when === 'lives' ? 'local' : 'remote' },
      hangupCause: when === 'lives' ? 34 : 17,
    },
  });
});

test('one without a call is told without', async () => {
  const record = givenActiveflow({ reference_type: 'api' });
  const { told } = await end(
    [],
    [{ record, state: state({ isTold: true }) }],
    givenCall({ id: record.reference_id }),
  );
  expect(told[0]?.writing?.end?.told).toEqual({ call: undefined, variables: {} });
});

test('the flow after it is due, with its variables and what its call had become', async () => {
  const call = givenCall();
  const record = givenActiveflow({ reference_id: call.id });
  const left = state({
    variables: { a: '1', 'user.key.x': 'set' },
    next: {
      flow_id: 'next',
      generation: 3,
      depth: 2,
      variables: { a: '0', 'user.key.x': 'kept', 'user.key.y': 'kept', 'voipbin.call.status': 'progressing' },
    },
  });
  const { told, completions } = await end([call], [{ record, state: left }]);
  expect(completions).toEqual([
    {
      id: record.id,
      flow_id: 'next',
      generation: 3,
      depth: 2,
      variables: expect.objectContaining({
        a: '1',
        'user.key.x': 'set',
        'user.key.y': 'kept',
        'voipbin.call.status': 'hangup',
        'voipbin.call.id': call.id,
      }),
      tm_create: expect.any(String),
    },
  ]);
  expect(told.at(-1)?.writing?.end?.completion).toEqual(completions[0]);
});

test('its end is told with the files its call and legs can be heard in', async () => {
  const call = givenCall({ recording_ids: ['r'] });
  const silent = givenCall({ master_call_id: call.id });
  const left = { record: givenActiveflow({ reference_id: call.id }), state: state({ isTold: true }) };
  const { told } = await end([call, silent], [left]);
  expect(told.at(-1)?.writing?.end?.told?.call).toMatchObject({
    recordedAs: new Map([['r', `of ${call.id}`]]),
    legs: [{ recordedAs: new Map() }],
  });
});

test('one whose state cannot be read is ended with nothing of it, and told once', async () => {
  const activeflow = givenActiveflow();
  const { told, completions } = await end([], [{ record: activeflow, state: '{"variables":[1]}' }]);
  expect(told.map(({ type }) => type)).toEqual(['activeflow_deleted']);
  expect(told[0]?.writing?.state()).toEqual({ kept: {} });
  expect(told[0]?.writing?.end).toEqual({ told: undefined, completion: undefined });
  expect(completions).toEqual([]);
});
