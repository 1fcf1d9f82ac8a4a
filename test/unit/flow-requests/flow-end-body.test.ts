import { describe, expect, test } from 'vitest';
import { flowEnd } from '../../../src/flow-requests/flow-end-body.ts';
import { zonedTime } from '../../../src/flow-requests/zoned-time.ts';
import { givenCall } from '../../support/store-records.ts';

const tel = (target: string) => ({ type: 'tel', target, target_name: '', name: '', detail: '' });

const visitor = givenCall({
  id: 'f1ca3a63-7eb7-4a8d-b50c-fbbdd3807034',
  direction: 'outgoing',
  source: tel('912243690284'),
  destination: tel('919879072567'),
  tm_create: '2022-01-17 12:37:21.952000',
  tm_progressing: '2022-01-17 12:37:28.889000',
  tm_hangup: '2022-01-17 12:37:44.851000',
  hangup_reason: 'normal',
});

const agent = givenCall({
  ...visitor,
  id: 'f7d646de-44af-4037-8722-2346fb11de86',
  destination: tel('919822003887'),
  tm_create: '2022-01-17 12:37:31.153000',
  tm_progressing: '2022-01-17 12:37:40.142000',
  tm_hangup: '2022-01-17 12:37:44.812000',
});

const ended = {
  activeflowId: '9d34878d-01a0-45ba-b5d6-6b097ae17611',
  variables: { 'flow.key.customernum': '919822003887', leadid: 'HFC123', 'flow.key.isTTSUsed': 'true' },
  recordings: [],
  timezone: 'Asia/Kolkata',
  nodeName: 'pbx-9',
};

const keys = [
  { name: '$flow.key.customernum', value: '919822003887' },
  { name: '$flow.key.leadid', value: 'HFC123' },
  { name: '$flow.key.isTTSUsed', value: true },
];

test('one leg has its duration in seconds', () => {
  const legs = [{ call: visitor, isRemoteHangup: true, party: 'VISITOR' as const }];
  const recordings = [{ fileName: 'a.wav', url: 'https://x.example/a.wav' }];
  expect(JSON.stringify(flowEnd({ ...ended, legs, recordings }))).toBe(
    JSON.stringify({
      callDetails: [
        {
          calleeNumber: '919879072567',
          connectTime: '2022-01-17T18:07:28.889+05:30',
          didNumber: '912243690284',
          duration: '16',
          endTime: '2022-01-17T18:07:44.851+05:30',
          hangupCause: '16',
          incoming: false,
          startTime: '2022-01-17T18:07:21.952+05:30',
        },
      ],
      keys,
      'phonon-uuid': '9d34878d-01a0-45ba-b5d6-6b097ae17611',
      recordingUrls: [{ recordedFileName: 'a.wav', recordedFilePublicPath: 'https://x.example/a.wav' }],
    }),
  );
});

test('two legs are as in Phonon’s example, in milliseconds', () => {
  const legs = [
    { call: visitor, isRemoteHangup: false, party: 'VISITOR' as const },
    { call: agent, isRemoteHangup: true, party: 'AGENT' as const, cause: 16 },
  ];
  expect(JSON.stringify(flowEnd({ ...ended, legs }).callDetails)).toBe(
    JSON.stringify([
      {
        calleeNumber: '919879072567',
        calleeType: 'VISITOR',
        cdrId: 'f1ca3a63-7eb7-4a8d-b50c-fbbdd3807034##pbx-9',
        connectTime: '2022-01-17T18:07:28.889+05:30',
        didNumber: '912243690284',
        duration: '15962',
        endTime: '2022-01-17T18:07:44.851+05:30',
        hangupCause: '16',
        incoming: false,
        remoteHangup: false,
        startTime: '2022-01-17T18:07:21.952+05:30',
      },
      {
        calleeNumber: '919822003887',
        calleeType: 'AGENT',
        cdrId: 'f7d646de-44af-4037-8722-2346fb11de86##pbx-9',
        connectTime: '2022-01-17T18:07:40.142+05:30',
        didNumber: '912243690284',
        duration: '4670',
        endTime: '2022-01-17T18:07:44.812+05:30',
        hangupCause: '16',
        remoteHangup: true,
        startTime: '2022-01-17T18:07:31.153+05:30',
      },
    ]),
  );
});

test('a leg that was never answered has no time of connection and no length', () => {
  const call = givenCall({ tm_hangup: '2022-01-17 12:37:44.851000', hangup_reason: 'busy' });
  const [leg] = flowEnd({ ...ended, legs: [{ call, isRemoteHangup: true, party: 'VISITOR' }] })
    .callDetails as object[];
  expect(leg).toMatchObject({ connectTime: '', duration: '0', hangupCause: '17', incoming: true });
});

describe('keys', () => {
  const of = (variables: Readonly<Record<string, string>>) => flowEnd({ ...ended, legs: [], variables }).keys;

  test('are what the flow set, not what we did', () => {
    expect(of({ 'voipbin.call.digits': '1', 'user.key.a': 'b', x: 'false', y: 'True' })).toEqual([
      { name: '$user.key.a', value: 'b' },
      { name: '$flow.key.x', value: false },
      { name: '$flow.key.y', value: 'True' },
    ]);
  });

  test('are not what a call is, nor whom it was connected to', () => {
    const ours = { 'call.cli': '1', 'call.cli.number': '1', 'call.state': 'hangup', 'call.start': '2' };
    expect(of({ ...ours, 'call.agent.dnis.number': '3', 'call.note': 'mine' })).toEqual([
      { name: '$flow.key.call.note', value: 'mine' },
    ]);
  });

  test('are there once, by the name that was meant', () => {
    expect(of({ 'flow.key.x': '1', x: '2' })).toEqual([{ name: '$flow.key.x', value: '1' }]);
    expect(of({ x: '2', 'flow.key.x': '1' })).toEqual([{ name: '$flow.key.x', value: '1' }]);
  });
});

test.each([
  ['UTC', '2022-01-17T12:37:28.889+00:00'],
  ['Asia/Kolkata', '2022-01-17T18:07:28.889+05:30'],
  ['America/New_York', '2022-01-17T07:37:28.889-05:00'],
])('a time in %s', (timezone, expected) => {
  expect(zonedTime('2022-01-17 12:37:28.889123', timezone)).toBe(expected);
});
