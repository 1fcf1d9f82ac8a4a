import { expect, test } from 'vitest';
import { heardIn as heardByAws } from '../../../src/hearing/aws/results.ts';
import { heardIn as heardByGcp } from '../../../src/hearing/gcp/results.ts';

const at = (seconds: number, nanos = 0) => ({ seconds: String(seconds), nanos });

test('the results of Google that are not final are one, behind the final ones', () => {
  const heard = heardByGcp(
    [
      {
        isFinal: true,
        resultEndTime: at(2, 500_000_000),
        alternatives: [
          { transcript: ' good morning', confidence: 0.9, words: [{ startTime: at(1), word: 'good' }] },
          { transcript: ' could mourning' },
        ],
      },
      { resultEndTime: at(3), alternatives: [{ transcript: ' how', words: [] }] },
      { resultEndTime: at(4), alternatives: [{ transcript: ' are you' }] },
    ],
    700,
  );
  expect(heard).toEqual([
    { text: 'good morning', isFinal: true, start: 1_000, end: 2_500, confidence: 0.9 },
    { text: 'how are you', isFinal: false, start: 2_500, end: 4_000 },
  ]);
});

test('where Google tells no words, a result begins where the one before it ended', () => {
  expect(
    heardByGcp(
      [{ isFinal: true, resultEndTime: at(2), alternatives: [{ transcript: 'yes', confidence: 0 }] }],
      700,
    ),
  ).toEqual([{ text: 'yes', isFinal: true, start: 700, end: 2_000, confidence: undefined }]);
});

test('what Google says without words is nothing', () => {
  expect(
    heardByGcp([{ alternatives: [] }, {}, { isFinal: true, alternatives: [{ transcript: ' ' }] }], 0),
  ).toEqual([]);
});

test('the confidence of Transcribe is the mean of that of its words', () => {
  const result = {
    StartTime: 0.5,
    EndTime: 2.25,
    IsPartial: false,
    Alternatives: [
      {
        Transcript: 'Yes, no.',
        Items: [{ Content: 'Yes', Confidence: 1 }, { Content: ',' }, { Content: 'no', Confidence: 0.5 }],
      },
    ],
  };
  expect(
    heardByAws([
      result,
      { IsPartial: true, StartTime: 3, EndTime: 4, Alternatives: [{ Transcript: 'may' }] },
    ]),
  ).toEqual([
    { text: 'Yes, no.', isFinal: true, start: 500, end: 2_250, confidence: 0.75 },
    { text: 'may', isFinal: false, start: 3_000, end: 4_000, confidence: undefined },
  ]);
});

test('what Transcribe says without words is nothing', () => {
  expect(
    heardByAws([{}, { Alternatives: [] }, { Alternatives: [{ Transcript: '' }], IsPartial: false }]),
  ).toEqual([]);
});
