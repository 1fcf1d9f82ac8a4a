import { expect, test } from 'vitest';
import { silentLog } from '../../src/core/log.ts';
import { flowEnds } from '../../src/daemon/flow-end.ts';
import type { ActiveflowEnd } from '../../src/flows/activeflow-end.ts';
import type { LaterWork } from '../../src/webhooks/later-requests.ts';
import { givenActiveflow, givenCall } from '../support/store-records.ts';

const requestOf = (timezone = 'UTC') =>
  flowEnds({
    log: silentLog,
    timezone,
    nodeName: 'node',
    publicUrl: 'https://here',
    timeout: 5_000,
    pauses: [5_000, 300_000],
  });

const record = givenActiveflow();
const end = (told: ActiveflowEnd['told']): ActiveflowEnd => ({ told, completion: undefined });

test('the end of an activeflow is a request to the default webhook, with an id of its own for ever', () => {
  const call = { record: givenCall({ status: 'hangup', hangup_by: 'remote' }), hangupCause: 17, legs: [] };
  const request = requestOf()(record, end({ call, variables: { a: '1' } }));
  expect(request?.id).toBe(`msg_end${record.id.replaceAll('-', '')}`);
  expect(requestOf()(record, end({ call, variables: {} }))?.id).toBe(request?.id);
  const { to, ...work } = JSON.parse(request?.work ?? '') as LaterWork & { to: { body: string } };
  expect(work).toEqual({ timeout: 5_000, pauses: [5_000, 300_000] });
  expect(to).toEqual({ webhook: 'default', body: expect.any(String) });
  expect(JSON.parse(to.body)).toMatchObject({
    callDetails: [{ hangupCause: '17' }],
    keys: [{ name: '$flow.key.a', value: '1' }],
    'phonon-uuid': record.id,
  });
});

test('it names the recordings of its legs, and where they are', () => {
  const [first, second] = ['r1', 'r2'].map((id) => givenCall({ recording_ids: [id] }));
  const leg = { record: second!, hangupCause: 16 };
  const told = { call: { record: first!, hangupCause: 16, legs: [leg] }, variables: {} };
  const { to } = JSON.parse(requestOf()(record, end(told))?.work ?? '') as LaterWork & {
    to: { body: string };
  };
  expect(JSON.parse(to.body).recordingUrls).toEqual([
    { recordedFileName: 'r1', recordedFilePublicPath: 'https://here/v1.0/recordingfiles/r1' },
    { recordedFileName: 'r2', recordedFilePublicPath: 'https://here/v1.0/recordingfiles/r2' },
  ]);
});

test('one that is not to be told is none', () => {
  expect(requestOf()(record, end(undefined))).toBeUndefined();
});

test('what cannot be told does not keep the activeflow from ending', () => {
  const call = { record: givenCall(), hangupCause: 16, legs: [] };
  expect(requestOf('No/Where')(record, end({ call, variables: {} }))).toBeUndefined();
});
