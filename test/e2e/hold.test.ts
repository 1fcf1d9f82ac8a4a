import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CallRecord } from '../../src/calls/call-record.ts';
import { ringing } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import type { Dialog } from '../support/dialog.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { isSilent } from '../support/tones.ts';
import { until } from '../support/until.ts';

let system: System;
let server: MediaServer;
let lastNumber = 600;

/** What is played one after the other, each for half a second. */
const tones = [500, 700, 900, 1_100, 1_300];

beforeAll(async () => {
  const tone = (frequency: number, length: number) => ({ body: wavTone({ length, frequency }) });
  server = await MediaServer.open({
    ...Object.fromEntries(tones.map((frequency) => [`/${frequency}.wav`, tone(frequency, 500)])),
    '/long.wav': tone(700, 4_000),
  });
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
});
// Of those beside each other the next one by itself is behind all.
afterEach(async ({ task }) => {
  if (!task.concurrent) await system.quiet([/Playback failed for sound/]); // of prompts nobody hears to their end
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

const idle = { id: 'idle', type: 'sleep', option: { duration: 60_000 } };
const play = (...names: (string | number)[]) => ({
  type: 'play',
  option: { stream_urls: names.map((name) => `${server.url}/${name}.wav`) },
});

const song = (name: string | number) => ({ stream_urls: [`${server.url}/${name}.wav`], loop: 1 });

interface Given {
  readonly call: OutgoingCall;
  readonly callId: string;
}

async function givenCall(...actions: readonly object[]): Promise<Given> {
  const number = String(++lastNumber);
  await system.flowOn(number, [{ type: 'answer' }, ...actions, idle]);
  return await dial(number);
}

async function dial(number: string): Promise<Given> {
  const phone = await system.caller();
  const call = await phone.call(number);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

async function end({ call, callId }: Given): Promise<void> {
  await call.bye();
  await system.history(callId);
}

/** Whether the call is known to be held. */
async function told(callId: string, hold: boolean): Promise<void> {
  await until(() => lastOf(callId).hold === hold, { what: `a call with hold ${hold}` });
}

function lastOf(callId: string): CallRecord {
  const events = system.sink.requests.filter(
    ({ type, data }) => type?.startsWith('call_') && data.id === callId,
  );
  return events.at(-1)?.data as unknown as CallRecord;
}

const activeflowsOf = (callId: string) =>
  system.sink
    .eventsOf(callId)
    .filter(({ type }) => type === 'activeflow_created')
    .map(({ data }) => data.id);

const inputs = (callId: string) =>
  system.sink
    .eventsOf(callId)
    .filter(({ type }) => type === 'digits_received')
    .map(({ data }) => data);

const action = (callId: string) => lastOf(callId).action.id;

/** The tones a phone has heard, and for how long each in all. */
function heardTones({ heard }: Dialog): Map<number, number> {
  const lengths = new Map(tones.map((frequency) => [frequency, 0]));
  for (const { from, to, frequency = 0 } of heard.sounds()) {
    const near = tones.find((each) => Math.abs(each - frequency) <= 20);
    if (near !== undefined) lengths.set(near, (lengths.get(near) ?? 0) + to - from);
  }
  return lengths;
}

describe('while the phone of a caller holds', () => {
  test.concurrent.each(['sendonly', 'inactive', 'no address'] as const)(
    'by %s, the times to press a key stand still, the first one and those between',
    async (form) => {
      const option = { duration: 3_000, length: 3, first_digit_timeout: 1_000, inter_digit_timeout: 1_000 };
      const number = String(++lastNumber);
      await system.flowOn(number, [
        { type: 'answer' },
        { type: 'digits_receive', option },
        { type: 'digits_receive', option: { ...option, first_digit_timeout: 2_000 } },
        idle,
      ]);
      const held = await dial(number);
      await held.call.hold(form);
      await held.call.hold(form);
      await told(held.callId, true);
      // Another caller's time runs out twice meanwhile.
      const other = await dial(number);
      await until(() => inputs(other.callId).length === 2, { what: 'two inputs of the other caller' });
      expect(inputs(held.callId)).toEqual([]);
      await held.call.unhold();
      await told(held.callId, false);
      await held.call.digits('12');
      await held.call.hold(form);
      await told(held.callId, true);
      const third = await dial(number);
      await until(() => inputs(third.callId).length === 1, { what: 'an input of a third caller' });
      expect(inputs(held.callId)).toEqual([]);
      // A key that comes in a hold counts, however it comes.
      await held.call.sendInfoDigits('3');
      await until(() => inputs(held.callId).length === 1, { what: 'the input' });
      expect(inputs(held.callId)).toMatchObject([{ digits: '123', result: 'length' }]);
      await held.call.unhold();
      await until(() => inputs(held.callId).length === 2, { what: 'the end of the time' });
      expect(inputs(held.callId)[1]).toMatchObject({ digits: '', result: 'timeout' });
      const changes = system.sink.requests
        .filter(({ type, data }) => type === 'call_updated' && data.id === held.callId)
        .map(({ data }) => data.hold);
      expect(changes.filter((hold, index) => hold !== changes[index - 1])).toEqual([
        false, true, false, true, false,
      ]); // biome-ignore format: one after the other
      for (const each of [held, other, third]) await end(each);
    },
  );

  test('a prompt waits for him, and nothing of it is lost, whichever way it is played', async () => {
    const given = await givenCall(play(...tones), { ...play(500), id: 'after' });
    const { call, callId } = given;
    for (const frequency of [700, 1_100]) {
      await until(() => call.heard.hears(frequency), {
        what: () => `${frequency}: ${call.heard.describe()}`,
      });
      await call.hold();
      await told(callId, true);
      const before = call.heard.packets;
      const other = await givenCall(play(...tones), { ...idle, id: 'over' });
      await until(() => action(other.callId) === 'over', { what: 'the end of the same for another caller' });
      expect(call.heard.packets - before).toBeLessThan(5);
      expect(action(callId)).not.toBe('after');
      await end(other);
      await call.unhold();
    }
    await until(() => action(callId) === 'idle', { what: 'the end of the prompts' });
    const lengths = heardTones(call);
    for (const frequency of tones) {
      expect(lengths.get(frequency), `${frequency} Hz`).toBeGreaterThan(420);
    }
    // What was heard twice are the moments before each hold.
    const all = [...lengths.values()].reduce((sum, length) => sum + length, 0);
    expect(all).toBeLessThan(6 * 500 + 2 * 800);
    await end(given);
  });

  test('what has been asked for over REST and beside the flow waits as well, also over a redirect', async () => {
    const option = {
      text: 'One two three four five six seven eight nine ten.',
      language: 'en-US',
      async: true,
    };
    const given = await givenCall(
      { type: 'talk', option },
      { id: 'rest', type: 'sleep', option: { duration: 60_000 } },
    );
    const { call, callId } = given;
    await until(() => call.heard.firstSoundAt(0), { what: 'speech' });
    await call.hold();
    await told(callId, true);
    const { packets } = call.heard;
    expect((await system.api.post(`/v1.0/calls/${callId}/play`, song(900))).status).toBe(200);
    const other = await givenCall(play(...tones), { ...idle, id: 'over' });
    await until(() => action(other.callId) === 'over', { what: 'time' });
    expect(call.heard.packets - packets).toBeLessThan(5);
    await end(other);
    await call.rtp.move();
    await call.unhold();
    await until(() => call.heard.hears(900), {
      what: () => `900 Hz behind the rest: ${call.heard.describe()}`,
    });
    // It is held again, and what is to be heard then ended by another flow, whose prompt waits in its turn.
    await call.hold('inactive');
    await told(callId, true);
    const moved = {
      actions: [
        { ...play(1_300), id: 'moved' },
        { id: 'keys', type: 'digits_receive', option: { length: 2 } },
        idle,
      ],
    };
    expect((await system.api.post(`/v1.0/calls/${callId}/redirect`, moved)).status).toBe(200);
    await until(() => action(callId) === 'moved', { what: 'the other flow' });
    expect(lastOf(callId)).toMatchObject({ hold: true });
    expect(lastOf(callId).activeflow_id).toBe(activeflowsOf(callId).at(-1));
    await call.unhold();
    await until(() => call.heard.hears(1_300), { what: () => `1300 Hz: ${call.heard.describe()}` });
    await until(() => action(callId) === 'keys', { what: 'the input' });
    await call.digits('12');
    await until(() => action(callId) === 'idle', { what: 'the end of it' });
    await call.hold();
    await told(callId, true);
    await call.bye();
    await until(() => lastOf(callId).status === 'hangup', { what: 'the end of the call' });
    expect(lastOf(callId)).toMatchObject({ hold: false });
  });

  test('whoever is connected to him meanwhile hears music, and him when he takes the call back', async () => {
    const bob = await system.caller('bob');
    bob.onInvite(ringing);
    const target = bob.contact.replace(/^sip:/, '');
    const given = await givenCall({ type: 'connect', option: { destinations: [{ type: 'sip', target }] } });
    const { call, callId } = given;
    const callee = await until(() => bob.incoming[0], { what: 'the callee' });
    await call.hold();
    await told(callId, true);
    callee.tone(1_200);
    await callee.answer();
    await until(() => callee.heard.isReceiving() && !isSilent(callee.heard.latest(400)), {
      what: () => `music: ${callee.heard.describe()}`,
    });
    await call.rtp.move();
    await call.unhold();
    call.tone(600);
    await until(() => callee.heard.hears(600) && call.heard.hears(1_200), {
      what: () => `each other: ${callee.heard.describe()}, ${call.heard.describe()}`,
    });
    await end(given);
  });
});
