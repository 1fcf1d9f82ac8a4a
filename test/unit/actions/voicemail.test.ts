import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  pass,
  type RunningFlow,
} from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const mailbox_id = '5b1c9c1e-8c6f-4a53-9a6e-0d6f3a0c7e11';

interface Leaving {
  readonly given: CallFixture;
  readonly flow: RunningFlow;
}

/** The greeting takes 300 ms, and the beep as long. */
function leaving(option: object = {}, { box = {}, ...call }: GivenCall & { box?: object } = {}): Leaving {
  const given = givenCall({ soundLength: 300, ...call });
  given.recordings.makesFiles = true;
  given.voicemails.add({ id: mailbox_id, ...box });
  const flow = given.runOne('voicemail', { mailbox_id, end_of_silence: 0, ...option });
  return { given, flow };
}

const spoken = ({ speech }: CallFixture) => speech.requests.map(({ text }) => text);

const media = ({ asterisk }: CallFixture) =>
  asterisk.requests.flatMap(({ operation, body }) =>
    operation.name === 'play' ? [String(body?.media)] : [],
  );

const told = ({ voicemails }: CallFixture) => voicemails.told.map(({ type }) => type);

const variable = ({ flow }: Leaving, name: string) => flow.variable(`voipbin.voicemail.${name}`);

async function over({ given, flow }: Leaving): Promise<void> {
  given.hangup();
  await flow.done;
  await pass(1_000);
  given.expectNothingLeft();
}

describe.each(['before', 'after'] as const)('with events %s the answer', (events) => {
  test('greets, beeps and keeps what was said', async () => {
    const it = leaving({}, { events });
    await pass(3_000);
    expect(spoken(it.given)).toEqual(['Please leave a message after the tone.']);
    expect(media(it.given).at(-1)).toBe('sound:beep');
    expect(told(it.given)).toEqual([]);
    expect(it.given.voicemails.in(mailbox_id)).toEqual([]);
    it.given.press('#');
    await pass(200);
    expect([it.flow.at, variable(it, 'result')]).toEqual(['after', 'kept']);
    const [kept] = it.given.voicemails.in(mailbox_id);
    expect(kept).toMatchObject({
      status: 'new',
      call_id: it.given.call.id,
      source: it.given.call.record.source,
    });
    expect(told(it.given)).toEqual(['voicemail_created']);
    expect(variable(it, 'id')).toBe(kept?.id);
    expect(variable(it, 'url')).toBe(`https://calls.example/r/${kept?.recording_id}`);
    expect(Number(variable(it, 'duration'))).toBe(kept?.duration);
    await over(it);
  });
});

test('what was said stays where the caller hangs up', async () => {
  const it = leaving();
  await pass(5_000);
  it.given.hangup();
  await it.flow.done;
  expect(variable(it, 'result')).toBe('kept');
  await pass(1_000);
  expect(told(it.given)).toEqual(['voicemail_created']);
  expect(it.given.voicemails.in(mailbox_id)).toMatchObject([{ id: variable(it, 'id'), status: 'new' }]);
  it.given.expectNothingLeft();
});

test.each([
  ['during the greeting', 200],
  ['a moment after the beep', 1_500],
])('nothing is left of a caller who hangs up %s', async (_when, ms) => {
  const it = leaving();
  await pass(ms);
  it.given.hangup();
  await it.flow.done;
  await pass(1_000);
  expect(told(it.given)).toEqual([]);
  expect(it.given.voicemails.rows.records).toMatchObject([{ status: 'dropped' }]);
  it.given.expectNothingLeft();
});

test('what was said stays where the flow is taken elsewhere', async () => {
  const it = leaving();
  await pass(5_000);
  const elsewhere = it.given.activeflows.takeOver(it.given.call, { id: 'other', actions: [] });
  await pass(1_000);
  expect(told(it.given)).toEqual(['voicemail_created']);
  it.given.hangup();
  await elsewhere;
});

test('what is too short is not kept', async () => {
  const it = leaving({ min_duration: 3 });
  await pass(2_500);
  it.given.press('#');
  await pass(200);
  expect([it.flow.at, variable(it, 'result'), variable(it, 'id')]).toEqual(['after', 'short', '']);
  expect(told(it.given)).toEqual([]);
  await over(it);
});

test('what is as long as it may be is long enough', async () => {
  const it = leaving({ min_duration: 3 }, { box: { max_duration: 1 } });
  await pass(5_000);
  expect([it.flow.at, variable(it, 'result')]).toEqual(['after', 'kept']);
  expect(told(it.given)).toEqual(['voicemail_created']);
  await over(it);
});

test('nothing is left in a mailbox that is deleted meanwhile, and no recording', async () => {
  const it = leaving();
  await pass(5_000);
  it.given.voicemails.boxes.delete(mailbox_id);
  it.given.press('#');
  await pass(500);
  expect([it.flow.at, variable(it, 'result'), told(it.given)]).toEqual(['after', 'failed', []]);
  expect(it.given.recordings.told.at(-1)?.type).toBe('recording_deleted');
  await over(it);
});

test('of a full mailbox the caller is told, and nothing is recorded', async () => {
  const it = leaving({ texts: { full: 'No room.' } }, { box: { max_messages: 0 } });
  await pass(1_000);
  expect(spoken(it.given)).toEqual(['No room.']);
  expect([it.flow.at, variable(it, 'result')]).toEqual(['after', 'full']);
  expect(it.given.recordings.told).toEqual([]);
  await over(it);
});

test('of two at once only one gets the last place', async () => {
  const { given } = leaving({}, { box: { max_messages: 1 } });
  const { voicemails } = given.voicemails;
  const others = await Promise.all(['a', 'b'].map((id) => voicemails.begin(given.call, mailbox_id, id)));
  expect(others).toEqual([true, false]);
  await pass(1_000);
  expect(spoken(given)).toEqual(['This mailbox is full.']);
  given.hangup();
  await pass(1_000);
  expect(given.voicemails.rows.records).toMatchObject([{ id: 'a', status: 'dropped' }]);
});

test.each([
  ['its own words', { greeting: 'I am away.' }, { greeting: 'theirs' }, ['I am away.']],
  ['those of the mailbox', {}, { greeting: 'We are away.' }, ['We are away.']],
  ['others instead of the usual', { texts: { greeting: 'Speak!' } }, {}, ['Speak!']],
])('greets with %s', async (_what, option, box, words) => {
  const it = leaving(option, { box });
  await pass(200);
  expect(spoken(it.given)).toEqual(words);
  await over(it);
});

test('a value breaks no greeting that says it as SSML, nor a URL', async () => {
  const given = givenCall({ soundLength: 300 });
  given.voicemails.add({ id: mailbox_id });
  const leave = (greeting: string) => ({ type: 'voicemail', option: { mailbox_id, greeting } });
  const flow = given.run(
    { type: 'variable_set', option: { key: 'name', value: 'Bob & <Co>' } },
    leave('<speak>Hello ${name}</speak>'),
    leave('Hello ${name}'),
    leave('https://media.example.com/hello?of=${name}'),
  );
  for (let each = 0; each < 3; each++) {
    await pass(2_000);
    given.press('#');
    await pass(500);
  }
  expect(spoken(given)).toEqual(['<speak>Hello Bob &#38; &#60;Co&#62;</speak>', 'Hello Bob & <Co>']);
  expect(given.media.requests).toEqual(['https://media.example.com/hello?of=Bob%20%26%20%3CCo%3E']);
  given.hangup();
  await flow.done;
});

test('greets in the language of the mailbox, unless the flow says another', async () => {
  for (const [language, expected] of [
    ['', 'de-DE'],
    ['fr-FR', 'fr-FR'],
  ]) {
    const it = leaving({ language }, { box: { language: 'de-DE' } });
    await pass(200);
    expect(it.given.speech.requests).toMatchObject([{ language: expected }]);
    await over(it);
  }
});

test('greets with a sound, and with audio from a URL', async () => {
  for (const greeting of ['sound:my-greeting', 'https://media.example.com/hello.wav']) {
    const it = leaving({}, { box: { greeting } });
    await pass(200);
    expect(spoken(it.given)).toEqual([]);
    expect(media(it.given)).toHaveLength(1);
    if (greeting.startsWith('sound')) expect(media(it.given)).toEqual([greeting]);
    await over(it);
  }
});

test('a greeting that cannot be heard keeps nobody from leaving word', async () => {
  const it = leaving({}, { box: { greeting: 'sound:not-there' } });
  it.given.asterisk.missingSounds.add('sound:not-there');
  await pass(4_000);
  expect(it.given.failures).toEqual(['PLAYBACK_FAILED']);
  it.given.press('#');
  await pass(200);
  expect(variable(it, 'result')).toBe('kept');
  await over(it);
});

test('a digit skips the greeting and does not end what comes behind it', async () => {
  const it = leaving({}, { soundLength: 2_000 });
  await pass(500);
  it.given.press('#');
  await pass(6_000);
  expect(it.flow.at).toBe('it');
  it.given.press('#');
  await pass(200);
  expect(variable(it, 'result')).toBe('kept');
  await over(it);
});

test('the mailbox may be named by the phone that it belongs to', async () => {
  const it = leaving({ mailbox_id: '', extension: '1001' }, { box: { extension: '1001' } });
  await pass(3_000);
  it.given.press('#');
  await pass(200);
  expect(it.given.voicemails.in(mailbox_id)).toMatchObject([{ status: 'new' }]);
  await over(it);
});

test.each([{}, { mailbox_id, extension: '1001' }])('which mailbox is said in one way: %j', (option) => {
  const { problems } = checkFlow([{ type: 'voicemail', option }], catalogue);
  const message = 'expected either mailbox_id or extension';
  expect(problems).toEqual([{ path: 'actions[0].option', message }]);
});

test('a mailbox that is not there is a failure', async () => {
  const it = leaving({ mailbox_id: '11111111-8c6f-4a53-9a6e-0d6f3a0c7e11' });
  await pass(200);
  expect([it.flow.at, it.given.failures]).toEqual(['after', ['NOT_FOUND']]);
  await over(it);
});

describe('of a daemon that dies', () => {
  test('it is kept once, wherever the caller hangs up and the daemon was killed', async () => {
    for (let killedAfter = 0; killedAfter <= 5_000; killedAfter += 250) {
      const it = leaving();
      let life = it.given;
      await pass(killedAfter);
      life = await life.restart();
      await pass(6_000 - killedAfter);
      life.hangup();
      await pass(5_000);
      expect([killedAfter, told(life)]).toEqual([killedAfter, ['voicemail_created']]);
      life.expectNothingLeft();
    }
  });

  test('it is kept where he has hung up meanwhile', async () => {
    const it = leaving();
    await pass(5_000);
    const life = await it.given.restart({ meanwhile: () => it.given.hangup() });
    await pass(5_000);
    expect(told(life)).toEqual(['voicemail_created']);
    expect(life.voicemails.in(mailbox_id)).toHaveLength(1);
  });
});
