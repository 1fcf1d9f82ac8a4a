import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { wavTone } from '../support/audio-files.ts';
import { sequence, speak } from '../support/greetings.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

// What a caller hears is a tone for each prompt: the question in two parts, what is wrong, and where the keys lead.
const tones = { first: 500, second: 700, wrong: 900, silent: 1_100, one: 1_300, two: 1_500 } as const;
type Tone = keyof typeof tones;

let system: System;
let server: MediaServer;

beforeAll(async () => {
  server = await MediaServer.open(
    Object.fromEntries(
      Object.entries(tones).map(([name, frequency]) => [
        `/${name}.wav`,
        { body: wavTone({ length: name === 'second' ? 1_500 : 500, frequency }) },
      ]),
    ),
  );
  system = await System.start();
});
// A daemon that is killed leaves Asterisk without one; prompts are not heard to their ends.
afterEach(() =>
  system.quiet([/Playback failed for sound/, /[Ww]eb ?[Ss]ocket/, /Stasis app '\w+' not active/]),
);
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

const url = (name: Tone): string => `${server.url}/${name}.wav`;
const prompt = (name: Tone) => ({ stream_url: url(name) });
const play = (name: Tone) => ({
  id: name,
  type: 'play',
  option: { stream_urls: [url(name)] },
  next_id: 'stay',
});
const stay = { id: 'stay', type: 'sleep', option: { duration: 60_000 } };

async function atMenu(number: string, option: object = {}): Promise<{ call: OutgoingCall; callId: string }> {
  const menu = {
    ...{ prompts: [prompt('first'), prompt('second')], targets: { '1': 'one', '2': 'two', '25': 'one' } },
    ...{ no_match_prompts: [prompt('wrong')], no_input_prompts: [prompt('silent')] },
    ...{ first_digit_timeout: 700, no_input_target_id: 'two', ...option },
  };
  await system.flowOn(number, [{ id: 'menu', type: 'menu', option: menu }, play('one'), play('two'), stay]);
  const call = await (await system.caller(number)).call(number);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

/** The tones a phone has heard, one after the other. */
function heard({ heard }: OutgoingCall): Tone[] {
  const names = heard.sounds().flatMap(({ frequency = 0, from, to }) => {
    const near = Object.entries(tones).find(([, each]) => Math.abs(each - frequency) <= 20);
    return near && to - from >= 80 ? [near[0] as Tone] : []; // a key of the table
  });
  return names.filter((name, index) => name !== names[index - 1]);
}

async function hears(call: OutgoingCall, name: Tone): Promise<void> {
  await until(() => call.heard.hears(tones[name]), { what: `the tone ${name}, after ${heard(call)}` });
}

async function variablesOf(callId: string): Promise<Readonly<Record<string, unknown>>> {
  const { data } = system.sink.eventsOf(callId).find(({ type }) => type === 'activeflow_created') ?? {};
  const path = `/v1.0/activeflows/${String(data?.id)}/variables`;
  return (await system.api.get<Record<string, unknown>>(path)).body;
}

// At the same time: they wait for what is said to their ends.
describe.concurrent('a caller', () => {
  test('hears a menu, breaks into it, is asked again, and leaves it by a key of two digits', async () => {
    const { call, callId } = await atMenu('menu');
    await hears(call, 'second');
    await call.digits('9', { duration: 80, gap: 80 });
    await hears(call, 'wrong');
    await hears(call, 'first');
    await call.digits('25', { duration: 80, gap: 80 });
    await hears(call, 'one');
    expect(heard(call)).toEqual(['first', 'second', 'wrong', 'first', 'one']);
    expect(await variablesOf(callId)).toMatchObject({
      'voipbin.menu.key': '25',
      'voipbin.menu.result': 'key',
      'voipbin.menu.tries': '2',
    });
    await call.bye();
    await system.history(callId);
  });

  test('who presses nothing is asked again, and led where that leads', async () => {
    const { call, callId } = await atMenu('menu-silent', { prompts: [prompt('first')], retries: 1 });
    await hears(call, 'two');
    expect(heard(call)).toEqual(['first', 'silent', 'first', 'two']);
    expect(await variablesOf(callId)).toMatchObject({ 'voipbin.menu.result': 'no_input' });
    await call.bye();
  });

  test('types a number, which is checked, read back and confirmed, and stands in no log', async () => {
    const gather = {
      ...{ prompts: [prompt('first')], min_length: 5, max_length: 5, luhn: true, variable: 'card' },
      ...{ no_match_prompts: [prompt('wrong')], first_digit_timeout: 20_000 },
      ...{ read_back_prompts: [prompt('silent')], confirm_prompts: [prompt('second')] },
    };
    await system.flowOn('gather', [{ type: 'gather', option: gather }, play('one'), stay]);
    const call = await (await system.caller('gather')).call('gather');
    await call.answered;
    const callId = await system.callTo('gather');
    await call.digits('79922', { duration: 60, gap: 60 });
    await hears(call, 'wrong');
    await hears(call, 'first');
    await call.digits('79921', { duration: 60, gap: 60 });
    await hears(call, 'silent');
    await hears(call, 'second');
    // Between the two the five digits are spoken, one by one.
    const sounds = call.heard.sounds();
    const before = sounds.findLast(({ frequency = 0 }) => Math.abs(frequency - tones.silent) <= 20)?.to ?? 0;
    const spoken = sounds.filter(({ from, to }) => from >= before && to < (sounds.at(-1)?.from ?? 0));
    expect((spoken.at(-1)?.to ?? 0) - before).toBeGreaterThan(1_500);
    expect(spoken.length).toBeGreaterThan(5);
    await call.digits('1', { duration: 80, gap: 80 });
    await hears(call, 'one');
    expect(await variablesOf(callId)).toMatchObject({
      'voipbin.gather.value': '79921',
      'voipbin.gather.result': 'valid',
      'voipbin.gather.tries': '2',
      card: '79921',
    });
    expect(JSON.stringify(system.daemon.log)).not.toMatch(/\b7992[12]\b/);
    await call.bye();
  });

  test('is led elsewhere while the schedule of the number says that it is closed', async () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    const always = [{ days, from: '00:00', to: '24:00' }];
    const made = async (path: string, body: object): Promise<string> =>
      (await system.api.post<{ id: string }>(`/v1.0/${path}`, body)).body.id;
    const schedule_id = await made('schedules', { name: 'hours', periods: always });
    const ask = { schedule_id, closed_target_id: 'two' };
    const closed_flow_id = await made('flows', {
      name: 'closed',
      actions: [{ type: 'condition_schedule', option: ask }, play('one'), play('two'), stay],
    });
    const call_flow_id = await made('flows', { name: 'open', actions: [play('first'), stay] });
    await made('numbers', { number: 'hours', call_flow_id, schedule_id, closed_flow_id });
    const phone = await system.caller('hours');
    const open = await phone.call('hours');
    await hears(open, 'first');
    // Tomorrow too, for a test at midnight.
    const dates = [0, 86_400_000].map((ahead) => new Date(Date.now() + ahead).toISOString().slice(0, 10));
    const exceptions = dates.map((date) => ({ date, name: 'Stocktaking', closed: true }));
    await system.api.put(`/v1.0/schedules/${schedule_id}`, { exceptions });
    const closed = await phone.call('hours');
    await hears(closed, 'two');
    expect(heard(closed)).toEqual(['two']);
    await open.bye();
    await closed.bye();
  });

  test('says his choice instead', async () => {
    const { call, callId } = await atMenu('menu-spoken', {
      ...{ input: ['dtmf', 'speech'], stt_provider: 'local', hints: { Sales: '1', 'customer support': '2' } },
      ...{ first_digit_timeout: 60_000 },
    });
    const speech = sequence(500, await speak({ text: 'customer support', voice: 'flite:rms' }), 1_500);
    // Until it is understood, since a machine that is busy tears words.
    const isThere = (): boolean => heard(call).includes('two');
    for (let tries = 0; tries < 6 && !isThere(); tries++) await call.rtp.play(speech);
    await until(isThere, { what: 'the second choice' });
    expect(await variablesOf(callId)).toMatchObject({
      'voipbin.menu.key': '2',
      'voipbin.menu.result': 'speech',
      'voipbin.call.speech': 'customer support',
    });
    await call.bye();
  });
});

test('after a kill it goes on at the very prompt that is heard, and a digit typed before counts', async () => {
  const [listening, typing] = await Promise.all([
    atMenu('menu-killed', { first_digit_timeout: 60_000 }),
    atMenu('menu-typing', { inter_digit_timeout: 60_000 }),
  ]);
  await typing.call.digits('2', { duration: 80, gap: 80 });
  await hears(listening.call, 'second');
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
  await typing.call.digits('5', { duration: 80, gap: 80 });
  await hears(typing.call, 'one');
  await listening.call.digits('1', { duration: 80, gap: 80 });
  await hears(listening.call, 'one');
  expect(heard(listening.call)).toEqual(['first', 'second', 'one']);
  for (const { call } of [listening, typing]) await call.bye();
});
