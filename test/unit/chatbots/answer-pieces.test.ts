import { describe, expect, test } from 'vitest';
import { type AnswerPiece, answerPieces } from '../../../src/chatbots/answer-pieces.ts';
import { chat } from '../../support/fake-chatbots.ts';

async function read(...events: readonly string[]) {
  const source = async function* (): AsyncGenerator<string> {
    for (const event of events) yield* event.match(/(?<=^data: ).*$/gm) ?? [event];
  };
  const pieces: AnswerPiece[] = [];
  for await (const piece of answerPieces(source())) pieces.push(piece);
  return pieces;
}

test('words come as they come, and at the end what is to be done', async () => {
  expect(await read(chat.text('Hel'), chat.text('lo.'), chat.end())).toEqual([
    { text: 'Hel' },
    { text: 'lo.' },
    { calls: [] },
  ]);
  expect(await read(chat.text('Bye.'), chat.call('end_talk'), chat.end('tool_calls'))).toEqual([
    { text: 'Bye.' },
    { calls: [{ name: 'end_talk', arguments: '{}' }] },
  ]);
});

test('a call is put together from its pieces, several calls each by its number', async () => {
  const second = { index: 1, function: { name: 'end_talk', arguments: '{}' } };
  expect(
    await read(
      chat.callPiece({ name: 'go_to', arguments: '' }),
      chat.callPiece({ arguments: '{"na' }),
      JSON.stringify({ choices: [{ delta: { tool_calls: [second] } }] }),
      chat.callPiece({ arguments: 'me":"sales"}' }),
      chat.end('tool_calls'),
    ),
  ).toEqual([
    {
      calls: [
        { name: 'go_to', arguments: '{"name":"sales"}' },
        { name: 'end_talk', arguments: '{}' },
      ],
    },
  ]);
});

test.each([
  [
    'nulls, and events about other things',
    [
      '{"choices":[{"delta":{"role":"assistant","content":null,"tool_calls":null},"finish_reason":null}]}',
      '{"choices":[],"usage":{"total_tokens":5}}',
      '{"choices":[{"delta":{"content":"Hi."}}]}',
      '{"choices":[{"finish_reason":"stop"}]}',
    ],
  ],
  ['a [DONE] alone', ['{"choices":[{"delta":{"content":"Hi."}}]}', '[DONE]']],
  [
    'what comes behind the end',
    ['{"choices":[{"delta":{"content":"Hi."},"finish_reason":"length"}]}', 'garbage'],
  ],
])('%s are no trouble', async (_, events) => {
  expect(await read(...events)).toEqual([{ text: 'Hi.' }, { calls: [] }]);
});

describe('is no answer:', () => {
  test.each([
    ['a stream that breaks off', [chat.text('Hel')]],
    ['an empty one', []],
    ['garbage', [chat.text('Hel'), '<html>']],
    ['JSON of another form', ['{"error":{"message":"overloaded"}}']],
  ])('%s', async (_, events) => {
    await expect(read(...events)).rejects.toMatchObject({ code: 'INVALID_RESPONSE' });
  });
});
