import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
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

interface Opened {
  readonly given: CallFixture;
  readonly flow: RunningFlow;
  readonly ids: readonly string[];
}

/** With two new messages and a saved one; everything that is played takes 300 ms. */
function opened(option: object = {}, box: object = {}): Opened {
  const given = givenCall({ soundLength: 300 });
  given.voicemails.add({ id: mailbox_id, pin: '4711', extension: '1001', ...box });
  const leave = (second: number, status: 'new' | 'saved', target: string) =>
    given.voicemails.leave(mailbox_id, {
      status,
      tm_create: `2026-01-01 00:00:0${second}.000000`,
      tm_update: `2026-01-01 00:00:0${second}.000000`,
      source: { type: 'tel', target, target_name: '', name: '', detail: '' },
    });
  const left = [leave(2, 'new', '1002'), leave(1, 'saved', '1003'), leave(3, 'new', '1004')];
  const flow = given.runOne('mailbox', { mailbox_id, ...option });
  return { given, flow, ids: left.map(({ id }) => id) };
}

const spoken = ({ given }: Opened) => given.speech.requests.map(({ text }) => text);

/** The recordings that were played, oldest first. */
const heard = ({ given }: Opened) =>
  given.asterisk.requests.flatMap(({ operation, body }) => {
    const [, id] = /^sound:played\/(.*)$/.exec(operation.name === 'play' ? String(body?.media) : '') ?? [];
    return id === undefined ? [] : [given.voicemails.rows.records.find((one) => one.recording_id === id)?.id];
  });

const variable = ({ flow }: Opened, name: string) => flow.variable(`voipbin.mailbox.${name}`);

const statuses = ({ given, ids }: Opened) =>
  ids.map((id) => given.voicemails.in(mailbox_id).find((one) => one.id === id)?.status);

async function over({ given, flow }: Opened): Promise<void> {
  given.hangup();
  await flow.done;
  await pass(1_000);
  given.expectNothingLeft();
}

test('opens by its PIN, says how many there are, and plays new ones first', async () => {
  const it = opened();
  const [first, saved, second] = it.ids;
  await pass(100);
  expect(spoken(it)).toEqual(['Please enter your PIN, followed by the hash key.']);
  it.given.press('4711#');
  await pass(400);
  expect(it.given.voicemails.tried).toEqual(['4711']);
  expect(spoken(it)[1]).toBe('You have 2 new and 1 saved messages.');
  expect([variable(it, 'new'), variable(it, 'saved')]).toEqual(['2', '1']);
  await pass(1_000);
  expect(spoken(it)).toContain('New message from 1 0 0 2.');
  expect(heard(it)).toEqual([first]);
  it.given.press('1');
  await pass(700);
  expect(heard(it)).toEqual([first, first]);
  it.given.press('2');
  await pass(1_200);
  expect(statuses(it)).toEqual(['saved', 'saved', 'new']);
  expect(spoken(it)).toContain('Saved.');
  expect(heard(it).at(-1)).toBe(second);
  it.given.press('3');
  await pass(1_200);
  expect(statuses(it)).toEqual(['saved', 'saved', undefined]);
  expect(spoken(it)).toContain('Deleted.');
  expect(heard(it).at(-1)).toBe(saved);
  expect(spoken(it)).toContain('Saved message from 1 0 0 3.');
  it.given.press('#');
  await pass(1_000);
  expect(spoken(it).at(-1)).toBe('There are no more messages.');
  expect([it.flow.at, variable(it, 'result'), variable(it, 'id')]).toEqual(['after', 'heard', mailbox_id]);
  expect(it.given.voicemails.told.map(({ type }) => type)).toEqual([
    'voicemail_updated',
    'voicemail_deleted',
  ]);
  expect(it.given.recordings.told.filter(({ type }) => type === 'recording_deleted')).toHaveLength(1);
  expect(heard(it)).toHaveLength(4);
  await over(it);
});

test('is ended by the key for that, and what was heard stays as it was', async () => {
  const it = opened({ ask_pin: false });
  await pass(1_500);
  it.given.press('*');
  await pass(100);
  expect([it.flow.at, statuses(it)]).toEqual(['after', ['new', 'saved', 'new']]);
  await over(it);
});

test('goes on to the next one, which stays new, and asks three times whoever does nothing', async () => {
  const it = opened({ ask_pin: false });
  await pass(1_500);
  it.given.press('#');
  await pass(1_500);
  expect(heard(it)).toEqual([it.ids[0], it.ids[2]]);
  await pass(40_000);
  expect(it.flow.at).toBe('after');
  expect(spoken(it).filter((text) => text.startsWith('To hear it again'))).toHaveLength(4);
  expect(statuses(it)).toEqual(['new', 'saved', 'new']);
  await over(it);
});

describe('a PIN', () => {
  test('that is wrong three times ends it', async () => {
    const it = opened();
    for (const pin of ['1234#', '#', '12#']) {
      await pass(1_000);
      it.given.press(pin);
    }
    await pass(1_000);
    expect([it.flow.at, variable(it, 'result')]).toEqual(['after', 'wrong_pin']);
    expect(it.given.voicemails.tried).toEqual(['1234', '12']);
    expect(heard(it)).toEqual([]);
    await over(it);
  });

  test('that is not typed is a wrong one', async () => {
    const it = opened();
    await pass(80_000);
    expect([it.flow.at, variable(it, 'result')]).toEqual(['after', 'wrong_pin']);
    await over(it);
  });

  test('stands nowhere in what is told of the call', async () => {
    const it = opened();
    await pass(500);
    it.given.press('4711#');
    await pass(500);
    expect(JSON.stringify(it.given.published)).not.toContain('4711');
    await over(it);
  });

  test('that a mailbox does not have opens it to nobody, unless the flow knows him', async () => {
    const closed = opened({}, { pin: '' });
    await pass(1_000);
    expect([closed.flow.at, variable(closed, 'result')]).toEqual(['after', 'locked']);
    expect(spoken(closed)).toEqual(['This mailbox cannot be opened.']);
    await over(closed);
    const known = opened({ ask_pin: false }, { pin: '' });
    await pass(200);
    expect(spoken(known)[0]).toBe('You have 2 new and 1 saved messages.');
    await over(known);
  });
});

test('is found by its phone', async () => {
  const it = opened({ mailbox_id: '', extension: '1001', ask_pin: false });
  await pass(1_500);
  expect(heard(it)).toEqual([it.ids[0]]);
  await over(it);
});

test('what nobody can hear any more is deleted, and passed over', async () => {
  const it = opened({ ask_pin: false });
  const [gone] = it.given.voicemails.in(mailbox_id);
  await it.given.recordings.recordings.delete(String(gone?.recording_id));
  await pass(1_500);
  expect(statuses(it)).toEqual([undefined, 'saved', 'new']);
  expect(heard(it)).toEqual([it.ids[2]]);
  await over(it);
});

test('one that cannot be played keeps nobody from the others, and can be deleted', async () => {
  const it = opened({ ask_pin: false });
  const [broken] = it.given.voicemails.in(mailbox_id).filter(({ id }) => id === it.ids[0]);
  it.given.asterisk.missingSounds.add(`sound:played/${broken?.recording_id}`);
  await pass(1_500);
  expect(it.given.failures).toEqual(['PLAYBACK_FAILED']);
  it.given.press('3');
  await pass(1_500);
  expect(heard(it).at(-1)).toBe(it.ids[2]);
  expect(statuses(it)).toEqual([undefined, 'saved', 'new']);
  await over(it);
});

test.each(['2', '3'])('what somebody else has deleted meanwhile is passed over: %s', async (key) => {
  const it = opened({ ask_pin: false });
  await pass(1_500);
  await it.given.voicemails.voicemails.delete(it.ids[0] ?? '');
  it.given.press(key);
  await pass(1_500);
  expect([it.flow.at, it.given.failures, heard(it).at(-1)]).toEqual(['it', [], it.ids[2]]);
  expect(statuses(it)).toEqual([undefined, 'saved', 'new']);
  expect(spoken(it)).not.toContain('Saved.');
  await over(it);
});

test('a mailbox that is deleted while somebody hears it is empty for him', async () => {
  const it = opened({ ask_pin: false });
  await pass(1_500);
  it.given.voicemails.boxes.delete(mailbox_id);
  await it.given.voicemails.voicemails.clear(mailbox_id);
  it.given.press('1');
  await pass(1_000);
  expect([it.flow.at, it.given.failures, spoken(it).at(-1)]).toEqual([
    ...['after', [], 'There are no more messages.'],
  ]);
  await over(it);
});

test('what a caller calls himself makes no SSML of a text that begins with it', async () => {
  const it = opened({ ask_pin: false, texts: { new_message: '{source} has called.' } });
  const [one] = it.given.voicemails.in(mailbox_id).filter(({ id }) => id === it.ids[0]);
  if (one) it.given.voicemails.rows.write({ ...one, source: { ...one.source, target_name: '<speak>' } });
  await pass(1_500);
  expect([spoken(it)[1], it.given.failures]).toEqual([' speak  has called.', []]);
  await over(it);
});

test('says other words, and takes other keys', async () => {
  const texts = { summary: 'Neu: {new}', new_message: '<speak>Von {source}</speak>' };
  const it = opened({ ask_pin: false, texts, keys: { delete: '7' } });
  await pass(1_500);
  expect(spoken(it).slice(0, 2)).toEqual(['Neu: 2', '<speak>Von 1 0 0 2</speak>']);
  it.given.press('7');
  await pass(200);
  expect(statuses(it)).toEqual([undefined, 'saved', 'new']);
  await over(it);
});

test.each([
  [{}, 'actions[0].option', 'expected either mailbox_id or extension'],
  [{ mailbox_id, keys: { save: '1' } }, 'actions[0].option.keys', 'expected five different keys'],
  [{ mailbox_id: 'mine' }, 'actions[0].option.mailbox_id', 'expected the id of a mailbox'],
])('refuses %j', (option, path, message) => {
  const { problems } = checkFlow([{ type: 'mailbox', option }], catalogue);
  expect(problems).toContainEqual({ path, message });
});

test('goes on where it was in a daemon that is killed', async () => {
  for (let killedAfter = 0; killedAfter < 7_000; killedAfter += 500) {
    const it = opened();
    let life = it.given;
    let time = 0;
    const at = async (ms: number, press: string): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 100, time += 100) {
        await pass(100);
        if (time === killedAfter) life = await life.restart();
      }
      life.press(press);
    };
    await at(500, '4711#');
    await at(2_000, '3');
    await at(2_000, '2');
    await at(2_500, '#');
    await pass(1_000);
    expect([killedAfter, life.record?.current_action.id]).toEqual([killedAfter, 'after']);
    expect(life.voicemails.told.map(({ type }) => type)).toEqual(['voicemail_deleted', 'voicemail_updated']);
    life.hangup();
    await pass(20_000);
    life.expectNothingLeft();
  }
});
