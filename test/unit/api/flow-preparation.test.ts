import { expect, test } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { FakeSpeech } from '../../support/fake-speech.ts';
import { givenApi } from '../../support/store-api.ts';
import { givenFlow } from '../../support/store-records.ts';

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
