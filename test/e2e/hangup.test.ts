import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
// That is what Asterisk says of a prompt the caller did not hear to its end.
// The audio of an answering machine's beep is asked for when the call is already gone.
// He may go while we connect to his media, or between two frames.
afterEach(() =>
  system.quiet([
    /Playback failed for sound/,
    /WebSocket instance not found/,
    /chan_websocket.c: .*Unable to send event MEDIA_START/,
    /Error reading from web socket: Connection reset by peer/,
  ]),
);
afterAll(() => system[Symbol.asyncDispose]());

const words = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen';
const idle = { type: 'sleep', option: { duration: 60_000 } };

/** A flow that is in the action for long, or comes back to it again and again. */
const flows: Record<string, readonly unknown[]> = {
  answer: [{ type: 'answer' }, idle],
  talk: [{ type: 'talk', option: { text: words } }],
  'talk-async': [{ type: 'talk', option: { text: words, async: true } }, idle],
  play: [{ type: 'play', option: { stream_urls: ['sound:demo-congrats'] } }],
  beep: [
    { type: 'answer' },
    { id: 'b', type: 'beep' },
    { type: 'goto', option: { target_id: 'b', loop_count: 100 } },
  ],
  'beep-early': [
    { id: 'b', type: 'beep' },
    { type: 'goto', option: { target_id: 'b', loop_count: 100 } },
  ],
  digits_receive: [{ type: 'answer' }, { type: 'digits_receive', option: { duration: 60_000, length: 4 } }],
  echo: [{ type: 'echo' }],
  stream_echo: [{ type: 'stream_echo' }],
  amd: [{ type: 'amd' }],
  'amd-async': [{ type: 'answer' }, { type: 'amd', option: { async: true } }, idle],
  'amd-beep': [{ type: 'amd', option: { wait_for: 'beep' } }],
  branch: [
    { type: 'answer' },
    { id: 's', type: 'sleep', option: { duration: 20 } },
    { type: 'branch', option: { default_target_id: 's' } },
  ],
  goto: [
    { type: 'answer' },
    { id: 's', type: 'sleep', option: { duration: 20 } },
    { type: 'goto', option: { target_id: 's', loop_count: 1_000 } },
  ],
  variable_set: [
    { type: 'answer' },
    { id: 's', type: 'variable_set', option: { key: 'a', value: 'b' } },
    { type: 'sleep', option: { duration: 20 } },
    { type: 'goto', option: { target_id: 's', loop_count: 1_000 } },
  ],
  sleep: [{ type: 'answer' }, idle],
  'sleep-early': [idle],
  hangup: [{ type: 'answer' }, { type: 'hangup' }],
  stop: [{ type: 'answer' }, { type: 'stop' }],
};

const times = isSoak ? [0, 10, 100, 1_000] : [0, 100];
const cases = Object.keys(flows).flatMap((name) => times.map((after) => [name, after] as const));

test.each(cases)(
  'the caller hangs up in %s after %i ms: one call_hungup, nothing left',
  async (name, after) => {
    const number = `${name}-${after}`;
    await system.flowOn(number, flows[name] ?? []);
    const phone = await system.caller();
    const call = await phone.call(number);
    const callId = await system.callTo(number);
    // Early flows never answer: giving up is a CANCEL there, a BYE elsewhere.
    if (name.endsWith('-early')) {
      await pause(after);
      await call.cancel();
    } else {
      await call.answered;
      await pause(after);
      if (!call.isEnded) await call.bye();
    }
    const types = await system.history(callId);
    expect(types.filter((type) => type === 'call_hungup')).toHaveLength(1);
    expect(types.filter((type) => type.startsWith('call_')).at(-1)).toBe('call_hungup');
    expect(types.at(-1)).toBe('activeflow_deleted');
    const end = system.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup');
    if (name !== 'hangup' && name !== 'stop')
      expect(end?.data).toMatchObject({ hangup_by: 'remote', hangup_reason: 'normal' });
    const live = await system.api.get<{ result: { id: string; status: string }[] }>(
      '/v1.0/calls?page_size=1',
    );
    expect(live.body.result[0]).toMatchObject({ id: callId, status: 'hangup' });
    expect(phone.complaints).toEqual([]);
  },
);
