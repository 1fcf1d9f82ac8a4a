import { expect, test } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { FakeSpeech } from '../../support/fake-speech.ts';
import { givenApi } from '../../support/store-api.ts';
import { givenFlow, givenMailbox } from '../../support/store-records.ts';

const say = (text: string) => ({ id: text, next_id: '', type: 'talk', option: { text } });

test('the texts of a flow are spoken beforehand, with its defaults; what cannot be is told with its place', async () => {
  const speech = new FakeSpeech();
  await using api = await givenApi({ speech });
  const defaults = { language: 'de-DE', voice: '', barge_in: false };
  const flow = givenFlow({ actions: [say('Hallo.'), say('Hallo ${name}.')], defaults });
  await api.store.flows.insert(flow);
  const path = `/flows/${flow.id}/prepare`;
  const { status, body } = await api.ask('POST', path);
  expect([status, body]).toEqual([
    200,
    {
      texts: 2,
      prepared: 1,
      problems: [
        {
          path: 'actions[1].option.text',
          message: 'has a variable in it: it is spoken when it is to be heard',
        },
      ],
    },
  ]);
  expect(speech.requests).toMatchObject([{ text: 'Hallo.', language: 'de-DE' }]);
  speech.failure = new ActionError('UNKNOWN_LANGUAGE', 'nobody speaks it');
  expect((await api.ask('POST', path)).body.problems).toMatchObject([
    { path: 'actions[0].option.text', message: 'nobody speaks it' },
    { path: 'actions[1].option.text' },
  ]);
  expect((await api.ask('POST', '/flows/nobody/prepare')).status).toBe(404);
});

const hasVariable = 'has a variable in it: it is spoken when it is to be heard';

/** What is asked of those who speak where these actions are prepared, and what the answer says is wrong. */
async function prepared(actions: readonly object[], mailbox = givenMailbox()) {
  const speech = new FakeSpeech();
  await using api = await givenApi({ speech });
  await api.store.mailboxes.insert(mailbox);
  const flow = givenFlow({
    actions: actions.map((action, index) => ({ id: `a${index}`, next_id: '', ...action })) as never,
  });
  await api.store.flows.insert(flow);
  const { status, body } = await api.ask('POST', `/flows/${flow.id}/prepare`);
  expect(status).toBe(200);
  return { asked: speech.requests.map(({ text, language, voice }) => [text, language, voice]), ...body };
}

test('so is what the callers of a mailbox are told, in its language or that of the action', async () => {
  const box = givenMailbox({ language: 'fr-FR', greeting: 'Bonjour.', pin_hash: 'x', extension: '1001' });
  const { asked, ...counts } = await prepared(
    [
      {
        type: 'voicemail',
        option: { mailbox_id: box.id.toUpperCase(), voice_id: 'fr+f2', review: { text: 'Un ?' } },
      },
      {
        type: 'voicemail',
        option: { extension: '1001', language: 'de-DE', greeting: 'Hallo.', texts: { full: 'Voll.' } },
      },
      { type: 'record', option: { review: {} } },
      { type: 'mailbox', option: { mailbox_id: box.id, texts: { summary: 'Ecoutez.', pin: 'PIN ?' } } },
    ],
    box,
  );
  expect(asked).toEqual([
    ['Bonjour.', 'fr-FR', 'fr+f2'],
    ['This mailbox is full.', 'fr-FR', 'fr+f2'],
    ['Un ?', 'fr-FR', 'fr+f2'],
    ['Hallo.', 'de-DE', undefined],
    ['Voll.', 'de-DE', undefined],
    [
      'To hear your recording, press 1. To record it again, press 2. To keep it, press 3.',
      'en-US',
      undefined,
    ],
    ['PIN ?', 'fr-FR', undefined],
    ['This PIN is not right. PIN ?', 'fr-FR', undefined],
    ['This PIN is not right.', 'fr-FR', undefined],
    ['This mailbox cannot be opened.', 'fr-FR', undefined],
    ['Ecoutez.', 'fr-FR', undefined],
    [expect.stringMatching(/^To hear it again, press 1/), 'fr-FR', undefined],
    ['Saved.', 'fr-FR', undefined],
    ['Deleted.', 'fr-FR', undefined],
    ['There are no more messages.', 'fr-FR', undefined],
  ]);
  expect(counts).toEqual({
    texts: 17,
    prepared: 15,
    problems: ['new_message', 'saved_message'].map((name) => ({
      path: `actions[3].option.texts.${name}`,
      message: hasVariable,
    })),
  });
});

test('a greeting that is played, and a PIN that nobody is asked for, are not spoken', async () => {
  const { asked } = await prepared(
    [
      { type: 'voicemail', option: { extension: '1002', greeting: 'sound:hello' } },
      { type: 'mailbox', option: { extension: '1002', ask_pin: false } },
    ],
    givenMailbox({ extension: '1002' }),
  );
  expect(asked.map(([text]: readonly unknown[]) => text)).toEqual([
    'This mailbox is full.',
    expect.stringMatching(/^To hear it again/),
    'Saved.',
    'Deleted.',
    'There are no more messages.',
  ]);
});

test('of a mailbox that a variable names only what needs none of it is spoken; of one that is not there nothing', async () => {
  const which = { extension: '${voipbin.call.source.target}' };
  const { asked, problems } = await prepared([
    { type: 'voicemail', option: { ...which } },
    {
      type: 'voicemail',
      option: { ...which, language: 'de-DE', texts: { full: 'Voll, ${name}.' }, greeting: 'Hallo.' },
    },
    { type: 'voicemail', option: { extension: '1009' } },
  ]);
  expect(asked).toEqual([['Hallo.', 'de-DE', undefined]]);
  expect(problems).toEqual([
    { path: 'actions[0].option.greeting', message: hasVariable },
    { path: 'actions[0].option.texts.full', message: hasVariable },
    { path: 'actions[1].option.texts.full', message: hasVariable },
    { path: 'actions[2].option', message: 'there is no such mailbox' },
  ]);
});
