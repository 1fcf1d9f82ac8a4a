import { expect, test, vi } from 'vitest';
import { listsIn } from '../../../src/flows/advice/list.ts';
import { spokenTexts } from '../../../src/flows/spoken-texts.ts';
import { catalogue, givenCall, pass } from '../../support/call-fixture.ts';

const textsIn = (actions: readonly unknown[]) =>
  listsIn(actions, catalogue, 'actions').flatMap((list) => list.actions.flatMap(spokenTexts));

const actions = [
  { type: 'talk', option: { text: 'Hello.' } },
  { type: 'talk', option: { text: 'Hallo.', language: 'de-DE', voice_id: 'de+f2', provider: 'local' } },
  { type: 'talk', option: { text: '<speak>Hi</speak>', gender: 'female' } },
  {
    type: 'menu',
    option: {
      prompts: [{ text: 'Press one.' }, { text: 'Drücken Sie die Eins.', language: 'de-DE' }],
      voice_id: 'en-us+m3',
      targets: { '1': 'x' },
      first_digit_timeout: 0,
      retries: 0,
    },
  },
];

test('what a flow says is asked for as it will be when it is heard', async () => {
  vi.useFakeTimers();
  const given = givenCall();
  const flow = given.run(...actions, { id: 'x', type: 'sleep', option: { duration: 1 } });
  await pass(60_000);
  expect(textsIn(actions).map(({ request }) => request)).toEqual(given.speech.requests);
  expect(given.speech.requests.length).toBe(5);
  given.hangup();
  await flow.done;
  vi.useRealTimers();
});

test('each text has its place; of one with a variable nothing is known, and URLs are no texts', () => {
  const found = textsIn([
    { type: 'talk', option: { text: 'Hello ${name}.' } },
    { type: 'talk', option: { text: 'Hello.', language: '${language}' } },
    { type: 'menu', option: { prompts: [{ stream_url: 'sound:a' }, { text: 'One.' }], targets: {} } },
    { type: 'call', option: { actions: [{ type: 'talk', option: { text: 'There.' } }] } },
    { type: 'talk', option: { text: 7 } },
    { type: 'nothing', option: { text: 'x' } },
  ]);
  expect(found.map(({ path, request }) => [path, request?.text])).toEqual([
    ['actions[0].option.text', undefined],
    ['actions[1].option.text', undefined],
    ['actions[2].option.prompts[1].text', 'One.'],
    ['actions[3].option.actions[0].option.text', 'There.'],
  ]);
});
