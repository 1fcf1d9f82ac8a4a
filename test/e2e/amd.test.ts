import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sequence, speak } from '../support/greetings.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { tone } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;

/** Of a prompt the caller did not hear to its end, and of a dialplan without our context. */
const expected = [/Playback failed for /, /"code":"AMD_FAILED"/, /invalid extension .*=ariflow-amd,s,1/];

beforeAll(async () => {
  system = await System.start();
  // A message that has been left before lies in its file; how fast one is spoken is not asked here.
  await system.flowOn('before', [{ type: 'talk', option: { text: message } }]);
  const call = await (await system.caller()).call('before');
  await until(() => call.heard.packets > 0, { what: 'the message' });
  await call.bye();
});
// Beside each other calls are made whose flows ask who has answered: behind them all comes one that is made by itself.
afterEach(async ({ task }) => {
  if (!task.concurrent) await system.quiet(expected);
});
afterAll(() => system[Symbol.asyncDispose]());

const idle = { type: 'sleep', option: { duration: 60_000 } };
const mailbox =
  'Hello, you have reached the voice mail box of Anna Miller. Please leave a message after the tone.';

const message = 'Your appointment is tomorrow at ten.';

interface Answered {
  readonly call: OutgoingCall;
  readonly callId: string;
  readonly at: number;
}

/** A call into a flow that asks who has answered, and says `audio` after the answer. */
async function givenAnswer(
  number: string,
  option: Readonly<Record<string, unknown>>,
  audio: Int16Array,
  then: readonly unknown[] = [idle],
): Promise<Answered> {
  await system.flowOn(number, [{ type: 'answer' }, { type: 'amd', option }, ...then]);
  const phone = await system.caller();
  const call = await phone.call(number);
  await call.answered;
  void call.play(audio);
  return { call, callId: await system.callTo(number), at: wallTime() };
}

async function verdictOn(callId: string): Promise<Readonly<Record<string, unknown>>> {
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'amd_finished' && data.reference_id === callId,
  );
  return data;
}

async function over({ call, callId }: Answered): Promise<string[]> {
  await call.bye();
  return system.history(callId);
}

test.concurrent.each([
  { is: 'a short greeting', words: 'Hello?', option: {}, status: 'HUMAN', cause: /^HUMAN-/ },
  {
    is: 'a long greeting',
    words: mailbox,
    option: {},
    status: 'MACHINE',
    cause: /^(MAXWORDS|LONGGREETING)-/,
  },
  { is: 'silence', words: '', option: {}, status: 'MACHINE', cause: /^INITIALSILENCE-2500-/ },
  {
    is: 'silence, with patience',
    words: '',
    option: { initial_silence: 4_000, total_analysis_time: 3_000 },
    status: 'NOTSURE',
    cause: /^TOOLONG-/,
  },
  {
    is: 'a long greeting, with patience',
    words: 'Hello, good morning',
    option: { greeting: 5_000, maximum_number_of_words: 20, total_analysis_time: 8_000 },
    status: 'HUMAN',
    cause: /^HUMAN-/,
  },
])('$is: $status', async ({ is, words, option, status, cause }) => {
  const speech = words === '' ? new Int16Array(0) : await speak({ text: words });
  const answered = await givenAnswer(is.replaceAll(/\W+/g, '-'), option, sequence(200, speech));
  const { callId, at } = answered;
  const finished = await verdictOn(callId);
  const took = wallTime() - at;
  expect(finished).toMatchObject({ status, cause: expect.stringMatching(cause), reference_type: 'call' });
  expect(finished.duration).toBeGreaterThan(500);
  expect(finished.duration).toBeLessThan(took + 2_000);
  const path = `/v1.0/activeflows/${String(finished.activeflow_id)}/variables`;
  const { body } = await system.api.get<Record<string, string>>(path);
  expect(body).toMatchObject({
    'voipbin.amd.status': status,
    'voipbin.amd.cause': finished.cause,
    'voipbin.amd.duration': String(finished.duration),
  });
  await over(answered);
});

test.concurrent.each([
  { says: 'a long greeting', words: mailbox, frequency: 1_000, length: 400 },
  { says: 'a long greeting', words: mailbox, frequency: 425, length: 160 },
  { says: 'a short greeting', words: 'Anna Miller.', frequency: 1_400, length: 250 },
])('$says and a beep of $frequency Hz: MACHINE, and the message begins behind it', async (greeting) => {
  const { words, frequency, length } = greeting;
  const audio = sequence(200, await speak({ text: words }), 400, tone(frequency, 8 * length));
  const answered = await givenAnswer(`beep-${frequency}`, { wait_for: 'beep' }, new Int16Array(0), [
    { type: 'talk', option: { text: message } },
    idle,
  ]);
  const { call, callId } = answered;
  await call.play(audio);
  const ended = wallTime();
  expect(call.heard.packets).toBe(0);
  await until(() => call.heard.packets > 0, { what: 'the message' });
  const took = wallTime() - ended;
  console.log(`the message began ${Math.round(took)} ms after a beep of ${frequency} Hz`);
  const finished = await verdictOn(callId);
  await over(answered);
  expect(took).toBeLessThan(8_000); // without a beep it would be half a minute
  expect(finished.status).toBe('MACHINE');
});

test.concurrent('without a beep the message begins when its time is over', async () => {
  const audio = sequence(200, await speak({ text: mailbox }));
  const answered = await givenAnswer('no-beep', { wait_for: 'beep', beep_timeout: 2_000 }, audio, [
    { type: 'beep' },
    idle,
  ]);
  await verdictOn(answered.callId);
  const known = wallTime();
  const heard = await until(() => answered.call.heard.firstSoundAt(), { what: 'the message' });
  expect(heard - known).toBeGreaterThan(1_500);
  expect(heard - known).toBeLessThan(10_000);
  await over(answered);
});

test.concurrent.each([false, true])(
  'hangs up on a machine (async: %s), with that reason',
  async (isAsync) => {
    const audio = sequence(200, await speak({ text: mailbox }));
    const option = { machine_handle: 'hangup', async: isAsync };
    const { call, callId } = await givenAnswer(`hangup-${isAsync}`, option, audio);
    await call.ended;
    const types = await system.history(callId);
    expect(types.indexOf('amd_finished')).toBeGreaterThan(0);
    expect(types.filter((type) => type === 'call_hungup')).toHaveLength(1);
    const end = system.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup');
    expect(end?.data).toMatchObject({ hangup_by: 'local', hangup_reason: 'amd' });
  },
);

test.concurrent('async: the flow goes on at once, and the verdict comes to it later', async () => {
  const then = [
    { type: 'beep' },
    { type: 'sleep', option: { duration: 3_000 } },
    { type: 'branch', option: { variable: 'voipbin.amd.status', target_ids: { HUMAN: 'human' } } },
    { type: 'stop' },
    { id: 'human', type: 'beep' },
    idle,
  ];
  const audio = sequence(200, await speak({ text: 'Hello?' }));
  const answered = await givenAnswer('beside', { async: true }, audio, then);
  const { call, callId } = answered;
  const first = await until(() => call.heard.firstSoundAt(), { what: 'the first beep' });
  expect(first - answered.at).toBeLessThan(3_000);
  expect(await verdictOn(callId)).toMatchObject({ status: 'HUMAN' });
  await until(() => call.heard.firstSoundAt(first + 1_500), { what: 'the second beep' });
  await over(answered);
});

test('without its context in the dialplan it fails in time, and the flow goes on', async () => {
  await system.asterisk.cli('dialplan remove context ariflow-amd');
  try {
    const answered = await givenAnswer('no-amd', { total_analysis_time: 2_000 }, new Int16Array(0), [
      { type: 'beep' },
      idle,
    ]);
    const { call, callId, at } = answered;
    const heard = await until(() => call.heard.firstSoundAt(), { what: 'the next action' });
    expect(heard - at).toBeLessThan(15_000);
    await over(answered);
    const failed = system.sink.eventsOf(callId).find(({ type }) => type === 'action_failed');
    expect(failed?.data).toMatchObject({ code: 'AMD_FAILED', action: { type: 'amd' } });
  } finally {
    await system.asterisk.cli('dialplan reload');
  }
});

interface Greeting {
  readonly is: 'HUMAN' | 'MACHINE';
  readonly text: string;
  readonly voice: string;
}

const human = (voice: string, text: string): Greeting => ({ is: 'HUMAN', text, voice });
const machine = (voice: string, text: string): Greeting => ({ is: 'MACHINE', text, voice });

/** As people and their answering machines greet, in voices of espeak-ng and flite. */
const greetings: readonly Greeting[] = [
  human('en-us', 'Hello?'),
  machine('en-us+m2', mailbox),
  human('en-us+f3', 'Hello, Miller.'),
  machine('flite:slt', 'Sorry, we are closed at the moment. Please call again tomorrow.'),
  human('de+m3', 'Ja, hallo?'),
  machine(
    'de+f1',
    'Guten Tag, Sie sind mit dem Anschluss von Familie Meier verbunden. Bitte sprechen Sie nach dem Ton.',
  ),
  human('flite:rms', 'Yes?'),
  human('en-gb-scotland', 'Hello there.'),
  human('en-us+f1', 'Hi.'),
  human('flite:awb', 'Good afternoon.'),
  human('flite:slt', 'Hello, this is Anna.'),
  human('en-gb', 'Who is there?'),
  human('en-us+m7', 'Good morning.'),
  human('fr+f4', 'Allô?'),
  human('es+m1', '¿Diga?'),
  human('it+f2', 'Pronto?'),
  human('de+f5', 'Schmidt.'),
  human('en-us+m5', 'Anna speaking.'),
  human('en-us+klatt', 'Hello, who is this?'),
  machine('en-us+f5', 'Hi, this is Jenny. I cannot come to the phone right now, but leave me a message.'),
  machine('en-gb-scotland+m4', 'You have reached Fraser and Sons. Our office hours are nine to five.'),
  machine('en-us+m1', 'The person you are calling is not available. Please try again later.'),
  machine('fr+m2', 'Bonjour, vous êtes bien chez Marie et Paul. Laissez-nous un message après le bip.'),
  machine('es+f3', 'Hola, ahora no podemos atenderle. Deje su mensaje después de la señal.'),
  machine('it+m3', 'Risponde la segreteria telefonica. Lasciate un messaggio dopo il segnale acustico.'),
  machine('de+m6', 'Der Teilnehmer ist zur Zeit nicht erreichbar. Bitte rufen Sie später wieder an.'),
  machine('flite:rms', 'Thank you for calling. All our agents are busy. Please hold the line.'),
  machine('flite:kal', 'Hello. We are not home. Leave your name and number after the beep.'),
  machine('flite:awb', 'This is the voice mail of John. I will call you back.'),
  machine('en-us+klatt4', 'Your call has been forwarded to an automatic voice message system.'),
];

test('greetings in many voices are told apart', async () => {
  await system.flowOn('greetings', [{ type: 'answer' }, { type: 'amd' }, idle]);
  const heard = isSoak ? greetings : greetings.slice(0, 6);
  const verdicts = await Promise.all(
    heard.map(async ({ is, text, voice }, index) => {
      const speech = await speak({ text, voice });
      const phone = await system.caller();
      const call = await phone.call('greetings', { from: `greeting${index}` });
      await call.answered;
      void call.play(sequence(300, speech));
      return { call, is, text, voice, length: speech.length / 8, source: `greeting${index}` };
    }),
  );
  const results = [];
  for (const _ of verdicts) {
    const callId = await system.callTo('greetings');
    const { data } = await system.sink.waitFor(
      ({ type, data }) => type === 'call_created' && data.id === callId,
    );
    const { target } = data.source as { target: string }; // a call's event
    const greeting = verdicts.find(({ source }) => source === target);
    const { status, cause } = await verdictOn(callId);
    results.push({ ...greeting, call: undefined, status, cause });
    await greeting?.call.bye();
    await system.history(callId);
  }
  const right = results.filter(({ is, status }) => is === status);
  for (const { voice, text, length, is, status, cause } of results)
    console.log(`${is === status ? 'right' : 'WRONG'} ${voice} ${length} ms "${text}": ${String(cause)}`);
  console.log(`accuracy ${right.length} of ${results.length}`);
  expect(right.length / results.length).toBeGreaterThanOrEqual(0.8);
});
