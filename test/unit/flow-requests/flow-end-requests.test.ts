import { expect, test } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { flowEnds } from '../../../src/flow-requests/flow-end-requests.ts';
import type { LaterWork } from '../../../src/flow-requests/later-requests.ts';
import type { ActiveflowEnd } from '../../../src/flows/activeflow-end.ts';
import { givenActiveflow, givenCall } from '../../support/store-records.ts';

const requestOf = (timezone = 'UTC') =>
  flowEnds({
    log: silentLog,
    timezone,
    nodeName: 'node',
    links: { to: (id) => `https://here/r/${id}?expires=1&signature=s` },
    timeout: 5_000,
    pauses: [5_000, 300_000],
  });

const none = new Map<string, string>();
const record = givenActiveflow();
const end = (told: ActiveflowEnd['told']): ActiveflowEnd => ({ told, completion: undefined });

test('the end of an activeflow is a request to the default webhook, with an id of its own for ever', () => {
  const call = {
    record: givenCall({ status: 'hangup', hangup_by: 'remote' }),
    hangupCause: 17,
    recordedAs: none,
    legs: [],
  };
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

test('it names the files in which its legs can be heard, each once, and links that open them', () => {
  const leg = (...files: [string, string][]) => ({
    record: givenCall(),
    hangupCause: 16,
    recordedAs: new Map(files),
  });
  const first = leg(['r1', 'r1.wav'], ['room', 'room.wav']);
  const call = { ...first, legs: [leg(['room', 'room.wav'], ['r2', 'r2.mp3'])] };
  const { to } = JSON.parse(requestOf()(record, end({ call, variables: {} }))?.work ?? '') as LaterWork & {
    to: { body: string };
  };
  const named = (id: string, ending: string) => ({
    recordedFileName: `${id}.${ending}`,
    recordedFilePublicPath: `https://here/r/${id}?expires=1&signature=s`,
  });
  expect(JSON.parse(to.body).recordingUrls).toEqual([
    named('r1', 'wav'),
    named('room', 'wav'),
    named('r2', 'mp3'),
  ]);
});

test('one that is not to be told is none', () => {
  expect(requestOf()(record, end(undefined))).toBeUndefined();
});

test('what cannot be told does not keep the activeflow from ending', () => {
  const call = { record: givenCall(), hangupCause: 16, recordedAs: none, legs: [] };
  expect(requestOf('No/Where')(record, end({ call, variables: {} }))).toBeUndefined();
});
