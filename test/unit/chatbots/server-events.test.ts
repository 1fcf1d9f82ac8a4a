import { expect, test } from 'vitest';
import { eventData } from '../../../src/chatbots/server-events.ts';

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  };
  const events: string[] = [];
  for await (const data of eventData(body())) events.push(data);
  return events;
}

test.each([
  ['one event', ['data: a\n\n'], ['a']],
  [
    'several, with other fields and comments',
    [': hi\nevent: x\nid: 1\ndata: a\n\n:\ndata: b\n\n'],
    ['a', 'b'],
  ],
  ['lines that end as they like', ['data: a\r\n\r\ndata: b\r\rdata: c\n\n'], ['a', 'b', 'c']],
  ['data without a blank, and empty data', ['data:a\n\ndata\n\ndata:\n\n'], ['a', '', '']],
  ['data of several lines', ['data: a\ndata:  b\n\n'], ['a\n b']],
  ['a last event without its blank line', ['data: a\n\ndata: b'], ['a', 'b']],
  ['what is no event', ['<html>\n\n</html>'], []],
  ['nothing', [], []],
])('%s', async (_, chunks, wanted) => {
  expect(await read(...chunks)).toEqual(wanted);
});

test('cut anywhere, in the middle of a letter too, it says the same', async () => {
  const whole = Buffer.from('data: {"a":"né✓"}\r\n\r\ndata: [DONE]\r\n\r\n');
  for (let cut = 1; cut < whole.length; cut++)
    expect(await read(whole.subarray(0, cut), whole.subarray(cut))).toEqual(['{"a":"né✓"}', '[DONE]']);
  expect(await read(...Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(['{"a":"né✓"}', '[DONE]']);
});

test('an event is told as soon as it is whole', async () => {
  const { promise: never } = Promise.withResolvers<void>();
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('data: a\n\nda');
    await never;
  };
  expect(await eventData(body()).next()).toEqual({ value: 'a', done: false });
});

test('a long line that comes letter by letter costs no more for that', async () => {
  const letter = Buffer.from('x');
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('data: ');
    for (let count = 0; count < 300_000; count++) yield letter;
  };
  const began = process.cpuUsage();
  const { value } = await eventData(body()).next();
  expect(value).toHaveLength(300_000);
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(3_000);
});
