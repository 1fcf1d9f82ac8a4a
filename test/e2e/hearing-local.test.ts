import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { TranscriptRecord } from '../../src/transcribes/transcript-record.ts';
import { sequence, speak } from '../support/greetings.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterEach(() => system.quiet([/Playback failed for sound/, /WebSocket instance not found|web ?socket/i]));
afterAll(() => system?.[Symbol.asyncDispose]());

const menu = ['Sales', 'customer support', 'speak to an operator', 'Leave a message!'];
const idle = { type: 'sleep', option: { duration: 60_000 } };
const local = { language: 'en-US', provider: 'local' };

async function given(number: string, ...actions: readonly unknown[]) {
  await system.flowOn(number, [{ type: 'answer' }, ...actions]);
  const call = await (await system.caller(number)).call(number);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

const said = (callId: string): TranscriptRecord[] =>
  system.sink.requests
    .filter(({ type, data }) => type === 'transcript_created' && data.reference_id === callId)
    .map(({ data }) => data as unknown as TranscriptRecord); // a transcript's event

/** Says it until it is heard, since a machine that is busy tears words. */
async function say(call: OutgoingCall, text: string, isHeard: () => unknown): Promise<void> {
  const speech = sequence(500, await speak({ text, voice: 'flite:rms' }), 1_500);
  for (let tries = 0; tries < 6 && !isHeard(); tries++) await call.rtp.play(speech);
  await until(isHeard, { what: text });
}

test('what a caller says of given phrases is written down without any cloud, and what he is told is not his', async () => {
  const talk = { type: 'talk', option: { text: 'Please leave a message.', language: 'en-US', async: true } };
  const start = { type: 'transcribe_start', option: { ...local, hints: menu } };
  const { call, callId } = await given('local-menu', start, talk, idle);
  const heard = (direction: string) =>
    said(callId)
      .filter((transcript) => transcript.direction === direction)
      .map(({ message }) => message);
  await until(() => heard('out').length > 0, { what: 'the prompt' });
  expect(heard('in')).toEqual([]);
  await say(call, 'speak to an operator', () => heard('in').includes('speak to an operator'));
  await say(call, 'sales', () => heard('in').includes('Sales'));
  await call.bye();
});

test('a caller says an entry of the menu, and the flow has its digit', async () => {
  const hints = { Sales: '1', 'customer support': '2', 'speak to an operator': '0' };
  const receive = { duration: 60_000, input: ['dtmf', 'speech'], ...local, hints };
  const { call, callId } = await given('local-digits', { type: 'digits_receive', option: receive }, idle);
  const received = () =>
    system.sink.requests.find(({ type, data }) => type === 'digits_received' && data.reference_id === callId);
  await say(call, 'customer support', received);
  expect(received()?.data).toMatchObject({ digits: '2', result: 'speech' });
  await call.bye();
});
