import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import action from '../../../src/actions/transcribe_start.ts';
import { derivedUuid } from '../../../src/core/derived-uuid.ts';
import { ActionError } from '../../../src/core/errors.ts';
import { sleep } from '../../../src/core/wait.ts';
import { checkOption } from '../../../src/flows/option.ts';
import { type CallFixture, type GivenCall, givenCall, longSleep, pass } from '../../support/call-fixture.ts';
import type { FakeEar } from '../../support/fake-hearing.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const start = (option: object = {}) => ({
  type: 'transcribe_start',
  option: { language: 'en-US', ...option },
});
const second = new Int16Array(8_000);

/** A call that is being transcribed, and those who hear it. */
async function transcribed(option: object = {}, dial: GivenCall = {}) {
  const given = givenCall(dial);
  const flow = given.runOne('transcribe_start', { language: 'en-US', ...option });
  await pass(100);
  expect(flow.at).toBe('after');
  const { hearing } = given.transcribes;
  return { given, flow, hearing, ears: hearing.ears as unknown as readonly [FakeEar, FakeEar] };
}

/** Of the call only the call is left in Asterisk. */
function expectAlone({ asterisk, channel, audio, call }: CallFixture): void {
  expect([...asterisk.channels.keys()]).toEqual([channel.id]);
  expect(asterisk.bridges.size).toBe(0);
  expect(audio.listening).toBe(0);
  expect(call.whispers.size).toBe(0);
}

test.each(['before', 'after'] as const)(
  'each direction is heard by itself while the flow goes on (events %s the answer)',
  async (events) => {
    const { given, flow, hearing, ears } = await transcribed({}, { events });
    expect(hearing.ears.map(({ request }) => request)).toEqual([
      { language: 'en-US', provider: undefined, hints: [] },
      { language: 'en-US', provider: undefined, hints: [] },
    ]);
    const snoops = given.asterisk.requests.filter(({ operation }) => operation.name === 'snoopChannelWithId');
    expect(snoops.map(({ query }) => query.spy)).toEqual(['in', 'out']);
    expect(given.call.whispers.size).toBe(1);
    given.audio.sayTo(0, second);
    expect(ears.map(({ samples }) => samples)).toEqual([8_000, 0]);
    given.audio.sayTo(1, second.subarray(0, 160));
    expect(ears.map(({ samples }) => samples)).toEqual([8_000, 160]);
    given.hangup();
    await flow.done;
    await pass();
    given.expectNothingLeft();
  },
);

test('what is said is told as it is said, with its direction and its times, before the end', async () => {
  const { given, flow, ears } = await transcribed({ hints: ['sales'] });
  const { transcribes } = given;
  given.audio.say(second);
  ears[0].hear('sales please', { start: 211.4, end: 900, confidence: 0.9 });
  ears[1].hear('one moment');
  ears[0].hear('   ');
  ears[0].hear('thank you', { start: 950, end: 1_000 });
  const id = derivedUuid(given.call.id, 1, 'transcribe');
  const reference = { reference_type: 'call', reference_id: given.call.id };
  expect(transcribes.said).toMatchObject([
    { transcribe_id: id, direction: 'in', message: 'sales please', start: 211, end: 900, confidence: 0.9 },
    { transcribe_id: id, direction: 'out', message: 'one moment', start: 0, end: 1_000, confidence: 0 },
    { transcribe_id: id, direction: 'in', message: 'thank you', ...reference },
  ]);
  expect(transcribes.said[0]?.tm_transcript).toBe('0001-01-01 00:00:00.211000');
  expect(new Set(transcribes.said.map((one) => one.id)).size).toBe(3);
  expect(transcribes.states.get(id)).toEqual({
    began: expect.any(Number),
    hints: ['sales'],
    place: { in: 1_000, out: 1_000, both: 0 },
  });
  given.hangup();
  await flow.done;
  await pass();
  expect(transcribes.types).toEqual([
    'transcribe_created',
    ...Array(3).fill('transcript_created'),
    'transcribe_updated',
  ]);
  expect(transcribes.records).toMatchObject([
    { id, status: 'progressing', language: 'en-US', direction: 'both', provider: 'local', ...reference },
    { id, status: 'done', reason: '', gaps: [] },
  ]);
  expect(Object.keys(transcribes.records[0] ?? {}).slice(0, 11)).toEqual([
    ...['id', 'customer_id', 'reference_type', 'reference_id', 'status', 'language', 'direction', 'provider'],
    ...['tm_create', 'tm_update', 'tm_delete'],
  ]);
  expect(Object.keys(transcribes.said[0] ?? {}).slice(0, 7)).toEqual([
    ...['id', 'customer_id', 'transcribe_id', 'direction', 'message', 'tm_transcript', 'tm_create'],
  ]);
  given.expectNothingLeft();
});

test('the flow knows which it is, and who hears it', async () => {
  const { given, flow } = await transcribed({ provider: 'aws', direction: 'out' });
  const of = (name: string) => flow.variable(`voipbin.transcribe.${name}`);
  expect(of('id')).toBe(given.transcribes.records[0]?.id);
  expect(['language', 'direction', 'provider'].map(of)).toEqual(['en-US', 'out', 'aws']);
  given.hangup();
  await flow.done;
});

test.each([
  ['in', ['in']],
  ['out', ['out']],
  ['', ['in', 'out']],
])('of direction %j only that is heard', async (direction, heard) => {
  const { given, flow } = await transcribed({ direction });
  const snoops = given.asterisk.requests.filter(({ operation }) => operation.name === 'snoopChannelWithId');
  expect(snoops.map(({ query }) => query.spy)).toEqual(heard);
  expect(given.transcribes.hearing.ears).toHaveLength(heard.length);
  expect(given.transcribes.records[0]?.direction).toBe(direction || 'both');
  given.hangup();
  await flow.done;
});

test('where no audio comes there is silence, and the times go with the clock', async () => {
  const { given, flow, ears } = await transcribed();
  await pass(5_000);
  for (const { samples } of ears) expect(samples).toBeCloseTo(8 * 4_800, -4);
  given.audio.sayTo(0, second.subarray(0, 160)); // from here on it is as late as the clock
  const before = ears[0].samples;
  for (let frame = 0; frame < 50; frame++) {
    given.audio.sayTo(0, second.subarray(0, 160));
    await pass(20);
  }
  expect(ears[0].samples - before).toBe(8_000);
  given.hangup();
  await flow.done;
});

describe('the end', () => {
  test('of a call is that of its transcription: the last words come after it, and then the end', async () => {
    const { given, flow, ears } = await transcribed({ direction: 'in' });
    const [ear] = ears;
    ear.end = async () => {
      await sleep(3_000, ear.scope.signal);
      ear.hear('good bye');
    };
    given.hangup();
    await flow.done;
    await pass();
    expect(given.call.isEnded).toBe(true);
    expect(given.transcribes.types).toEqual(['transcribe_created']);
    await pass(3_000);
    expect(given.transcribes.types).toEqual([
      'transcribe_created',
      'transcript_created',
      'transcribe_updated',
    ]);
    expect(ear.scope.signal.aborted).toBe(true);
    given.expectNothingLeft();
  });

  test('does not wait for last words for ever', async () => {
    const { given, flow, ears } = await transcribed({ direction: 'in' });
    ears[0].end = () => new Promise(() => undefined);
    given.hangup();
    await flow.done;
    await pass(10_000);
    expect(given.transcribes.records.at(-1)).toMatchObject({ status: 'done' });
    ears[0].hear('too late');
    expect(given.transcribes.said).toEqual([]);
    given.expectNothingLeft();
  });

  test('of whoever hears it is a failure that is told, and the call goes on', async () => {
    const { given, flow, ears } = await transcribed();
    ears[0].hear('hello');
    ears[1].listener.onFailed(new ActionError('SPEECH_FAILED', 'over quota'));
    await pass(100);
    expect(given.transcribes.types).toEqual([
      'transcribe_created',
      'transcript_created',
      'transcribe_updated',
    ]);
    expect(given.transcribes.records.at(-1)).toMatchObject({ status: 'failed', reason: 'SPEECH_FAILED' });
    expect(ears.map(({ hasEnded }) => hasEnded)).toEqual([true, true]);
    expect([flow.at, given.call.hangupSignal.aborted, given.failures]).toEqual(['after', false, []]);
    expectAlone(given);
    given.hangup();
    await flow.done;
    expect(given.transcribes.records).toHaveLength(2);
    given.expectNothingLeft();
  });

  test('of the channel that carries the audio is one too', async () => {
    const { given, flow } = await transcribed({ direction: 'in' });
    const media = [...given.asterisk.channels.values()].find(({ id }) => id.includes('-media-'));
    if (media) given.asterisk.hangup(media);
    await pass(100);
    expect(given.transcribes.records.at(-1)).toMatchObject({ status: 'failed', reason: 'LISTEN_FAILED' });
    expectAlone(given);
    given.hangup();
    await flow.done;
  });
});

test('what nobody could hear is said', async () => {
  const { given, flow, ears } = await transcribed();
  ears[1].listener.onGap({ start: 1_000.4, end: 2_500 });
  expect(given.transcribes.records.at(-1)).toMatchObject({
    status: 'progressing',
    gaps: [{ direction: 'out', start: 1_000, end: 2_500 }],
  });
  expect(given.transcribes.types).toEqual(['transcribe_created', 'transcribe_updated']);
  given.hangup();
  await flow.done;
});

test('what is being said is told once a second, under the id that it will have', async () => {
  const { given, flow, ears } = await transcribed({ direction: 'in' });
  const [ear] = ears;
  const interim = (text: string) => ear.hear(text, { isFinal: false });
  interim('one');
  interim('one two');
  await pass(1_000);
  interim('one two three');
  ear.hear('one two three four');
  interim('five');
  const told = given.transcribes.told.flatMap((one) => ('message' in one.data ? [[one.type, one.data]] : []));
  expect(told).toMatchObject([
    ['transcript_interim', { message: 'one' }],
    ['transcript_interim', { message: 'one two three' }],
    ['transcript_created', { message: 'one two three four' }],
    ['transcript_interim', { message: 'five' }],
  ]);
  const ids = told.map(([, data]) => (data as { id: string }).id);
  expect(ids.slice(0, 3)).toEqual([ids[0], ids[0], ids[0]]);
  expect(ids[3]).not.toBe(ids[0]);
  given.hangup();
  await flow.done;
});

describe('a second one', () => {
  test.each([
    ['in', 'both'],
    ['both', 'out'],
    ['in', 'in'],
  ])('of %s beside %s is refused', async (one, other) => {
    const given = givenCall();
    const flow = given.run(start({ direction: one }), start({ direction: other }), longSleep);
    await pass(100);
    expect(given.failures).toEqual(['ALREADY_TRANSCRIBING']);
    expect(given.transcribes.records).toHaveLength(1);
    given.hangup();
    await flow.done;
  });

  test('of the other direction is another one', async () => {
    const given = givenCall();
    const flow = given.run(start({ direction: 'in' }), start({ direction: 'out' }), longSleep);
    await pass(100);
    expect(given.failures).toEqual([]);
    expect(given.transcribes.records.map(({ direction }) => direction)).toEqual(['in', 'out']);
    given.hangup();
    await flow.done;
    await pass();
    given.expectNothingLeft();
  });

  test('may follow the first at once', async () => {
    const given = givenCall();
    const flow = given.run(start(), { type: 'transcribe_stop' }, start(), longSleep);
    await pass(200);
    expect(given.failures).toEqual([]);
    expect(given.transcribes.records.map(({ status }) => status)).toEqual([
      'progressing',
      'done',
      'progressing',
    ]);
    given.hangup();
    await flow.done;
  });
});

describe('where nobody hears it', () => {
  test('the action fails with the reason, and nothing is left', async () => {
    const given = givenCall();
    given.transcribes.hearing.refusal = new ActionError('UNKNOWN_LANGUAGE', 'nobody hears xx');
    const flow = given.run(
      { id: 'it', ...start(), on_error_id: 'sorry' },
      { id: 'skipped', ...longSleep },
      { id: 'sorry', ...longSleep },
    );
    await pass(100);
    expect([flow.at, ...given.failures]).toEqual(['sorry', 'UNKNOWN_LANGUAGE']);
    expect(given.transcribes.told).toEqual([]);
    expectAlone(given);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('Asterisk not sending the audio is the failure of the action', async () => {
    const given = givenCall();
    given.asterisk.fault('externalMedia', { status: 500 });
    const flow = given.runOne('transcribe_start', { language: 'en' });
    await pass(10_000);
    expect(given.failures).toEqual(['LISTEN_FAILED']);
    expect(given.transcribes.told).toEqual([]);
    expect(given.transcribes.hearing.ears.every(({ scope }) => scope.signal.aborted)).toBe(true);
    given.asterisk.mend();
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('yet, the flow goes on all the same, and a failure is told', async () => {
    const given = givenCall();
    given.transcribes.hearing.open = async (_, __, scope) => {
      await sleep(4_000, scope.signal);
      throw new ActionError('SPEECH_FAILED', 'no answer');
    };
    const flow = given.runOne('transcribe_start', { language: 'en' });
    await pass(400);
    expect(flow.at).toBe('it');
    await pass(200);
    expect([flow.at, given.failures]).toEqual(['after', []]);
    await pass(4_000);
    expect(given.failures).toEqual(['SPEECH_FAILED']);
    expect(given.transcribes.told).toEqual([]);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('and the caller hangs up meanwhile, nothing is told', async () => {
    const given = givenCall();
    given.transcribes.hearing.open = (_, __, scope) => sleep(4_000, scope.signal).then(() => ears());
    const ears = (): never => {
      throw new Error('it goes on');
    };
    const flow = given.runOne('transcribe_start', { language: 'en' });
    await pass(1_000);
    given.hangup();
    await flow.done;
    await pass();
    expect([given.failures, given.transcribes.told]).toEqual([[], []]);
    given.expectNothingLeft();
  });
});

describe('refuses', () => {
  test.each([
    [{}, 'language'],
    [{ language: 'English' }, 'language'],
    [{ language: 'en', provider: 'acme' }, 'provider'],
    [{ language: 'en', direction: 'up' }, 'direction'],
    [{ language: 'en', hints: 'sales' }, 'hints'],
    [{ language: 'en', hints: ['x'.repeat(101)] }, 'hints[0]'],
    [{ language: 'en', hints: Array(101).fill('x') }, 'hints'],
    [{ language: 'en', model: 'x' }, 'model'],
  ])('%j', (option, path) => {
    expect(checkOption(action, option).map((problem) => problem.path)).toEqual([path]);
  });
});
