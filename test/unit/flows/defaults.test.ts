import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  givenCall,
  longSleep,
  pass,
  type WrittenAction,
} from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const defaults = { language: 'de-DE', voice: 'de+f3', barge_in: true };
const spoken = ({ speech }: CallFixture) =>
  speech.requests.map(({ text, language, voice }) => [text, language, voice]);
const talk = (text: string, option: object = {}) => ({ id: text, type: 'talk', option: { text, ...option } });

const checked = (actions: readonly WrittenAction[]) =>
  checkFlow(
    actions.map((action, index) => ({ id: `a${index}`, ...action })),
    catalogue,
  ).actions;

function run(given: CallFixture, actions: readonly WrittenAction[], more: object = defaults) {
  return given.runUnchecked(checked(actions), {
    defaults: { language: '', voice: '', barge_in: false, ...more },
  });
}

test('music is that of the flow where an action names none', async () => {
  const given = givenCall();
  run(given, [{ type: 'moh' }, { type: 'moh', option: { music: 'sound:own' } }, longSleep], {
    music: 'sound:flow',
  });
  await pass(1_000);
  expect(given.music.requests).toEqual(['sound:flow', 'sound:own']);
  given.hangup();
});

test('an action takes what it does not say itself', async () => {
  const given = givenCall();
  run(given, [
    talk('one'),
    talk('two', { language: 'fr-FR' }),
    talk('three', { voice_id: 'de+m1' }),
    talk('four', { gender: 'male' }),
    longSleep,
  ]);
  await pass(1_000);
  expect(spoken(given)).toEqual([
    ['one', 'de-DE', 'de+f3'],
    ['two', 'fr-FR', undefined],
    ['three', 'de-DE', 'de+m1'],
    ['four', 'de-DE', undefined],
  ]);
  expect(given.failures).toEqual([]);
  expect(given.of('activeflow_created')[0]?.actions[0]?.option).toEqual({ text: 'one' });
  expect(given.of('activeflow_updated')[0]?.current_action.option).toEqual({
    text: 'one',
    language: 'de-DE',
    voice_id: 'de+f3',
    digits_handle: 'next',
  });
});

test('a digit ends a prompt, but where the action says otherwise', async () => {
  const given = givenCall({ soundLength: 60_000 });
  const play = (option: object) => ({ type: 'play', option: { stream_urls: ['sound:a'], ...option } });
  const flow = run(given, [play({}), play({ digits_handle: '' }), longSleep]);
  await pass(1_000);
  given.press('1');
  await pass(1_000);
  given.press('2');
  await pass(1_000);
  expect(flow.at).toBe('a1');
});

test('they may be variables: those of the moment, and none where they are empty', async () => {
  const given = givenCall();
  const set = (value: string) => ({ type: 'variable_set', option: { key: 'language', value } });
  run(given, [talk('one'), set('de-DE'), talk('two'), set('fr-FR'), talk('three'), longSleep], {
    language: '${language}',
  });
  await pass(1_000);
  expect(spoken(given).map(([, language]) => language)).toEqual(['en-US', 'de-DE', 'fr-FR']);
  expect(given.failures).toEqual([]);
});

test('the flow of a new call, and one that is run inside, take them; a stored one has its own first', async () => {
  const given = givenCall({ state: 'Up' });
  const id = '212a32a8-9529-11ec-8bf0-8b89df407b6e';
  const inside = checked([talk('inside'), talk('own', { language: 'es-ES' })]);
  given.flows.set(id, { id, actions: inside, defaults: { language: 'it-IT', voice: '', barge_in: false } });
  const call = {
    type: 'call',
    option: { destinations: [{ type: 'tel', target: '+4930' }], actions: [talk('called')] },
  };
  run(given, [call, { type: 'fetch_flow', option: { flow_id: id } }, talk('after'), longSleep]);
  await pass(1_000);
  given.asterisk.legs.parties[0]?.answer();
  await pass(1_000);
  expect(spoken(given)).toEqual([
    ['inside', 'it-IT', undefined],
    ['own', 'es-ES', undefined],
    ['after', 'de-DE', 'de+f3'],
    ['called', 'de-DE', 'de+f3'],
  ]);
});

test('they are there after a kill', async () => {
  const given = givenCall();
  run(given, [{ type: 'sleep', option: { duration: 10_000 } }, talk('one'), longSleep]);
  await pass(1_000);
  const after = await given.restart();
  await pass(10_000);
  expect(spoken(after)).toEqual([['one', 'de-DE', 'de+f3']]);
});
