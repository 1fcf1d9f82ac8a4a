import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { type CallFixture, catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const [pre, post] = ['212a32a8-9529-11ec-8bf0-8b89df407b6e', '312a32a8-9529-11ec-8bf0-8b89df407b6e'] as const;
const mark = (letter: string) => ({
  id: letter,
  type: 'variable_set',
  option: { key: 'trace', value: `\${trace}${letter}` },
});

function store(given: CallFixture, id: string, ...actions: readonly unknown[]): void {
  given.flows.set(id, { id, actions: checkFlow(actions, catalogue).actions });
}

const types = (given: CallFixture) =>
  given.of('activeflow_updated').map(({ current_action }) => current_action.type);

test('runs the first flow, joins, and after it has left the last flow, then goes on', async () => {
  const given = givenCall();
  store(given, pre, mark('x'));
  store(given, post, mark('y'));
  const { id, confbridge_id } = given.conferences.add({ pre_flow_id: pre, post_flow_id: post });
  const flow = given.run(
    mark('a'),
    { type: 'conference_join', option: { conference_id: id } },
    mark('b'),
    longSleep,
  );
  await pass(1_000);
  expect(flow.variable('trace')).toBe('ax');
  expect(given.conferences.statuses).toEqual(['joined']);
  expect(await given.conferences.confbridges.get(confbridge_id)).toMatchObject({
    reference_type: 'conference',
    reference_id: id,
  });
  await given.conferences.confbridges.kick(confbridge_id, given.call.id);
  await pass();
  expect(flow.variable('trace')).toBe('axyb');
  expect(given.conferences.statuses).toEqual(['leaved']);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('its options are those of the confbridge, with values as they are when it joins', async () => {
  const given = givenCall();
  store(given, pre, { type: 'variable_set', option: { key: 'name', value: '${no.recursion}Ann' } });
  const { id } = given.conferences.add({ pre_flow_id: pre });
  const announcement = '${name} has joined.';
  const flow = given.runOne('conference_join', { conference_id: id, muted: true, announcement });
  await pass(2_000);
  expect(given.speech.requests.map(({ text }) => text)).toEqual(['Ann has joined.']);
  expect(given.asterisk.asked).toContain('mute');
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('while the first flow runs the call is joining, and gone with its end', async () => {
  const given = givenCall();
  store(given, pre, { id: 'wait', ...longSleep });
  const { id } = given.conferences.add({ pre_flow_id: pre });
  const flow = given.runOne('conference_join', { conference_id: id });
  await pass(1_000);
  expect(flow.at).toBe('wait');
  expect(given.conferences.statuses).toEqual(['joining']);
  given.hangup();
  await flow.done;
  expect(given.conferences.statuses).toEqual(['leaved']);
  given.expectNothingLeft();
});

test('a conference that is not there is a failure', async () => {
  const given = givenCall();
  const conference_id = '367e0e7a-3a8c-11eb-bb08-f3c3f059cfbe';
  const flow = given.run(
    { type: 'conference_join', option: { conference_id }, on_error_id: 'none' },
    { id: 'after', ...longSleep },
    { id: 'none', ...longSleep },
  );
  await pass();
  expect(flow.at).toBe('none');
  expect(given.failures).toEqual(['NOT_FOUND']);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('one that ends during the first flow cannot be joined, and the failure takes its way', async () => {
  const given = givenCall();
  store(given, pre, { type: 'sleep', option: { duration: 1_000 } });
  const { id } = given.conferences.add({ pre_flow_id: pre });
  const flow = given.run(
    { type: 'conference_join', option: { conference_id: id }, on_error_id: 'over' },
    { id: 'after', ...longSleep },
    { id: 'over', ...longSleep },
  );
  await pass(500);
  await given.conferences.conferences.end(id);
  await pass(1_000);
  expect(flow.at).toBe('over');
  expect(types(given)).toEqual(['conference_join', 'fetch_flow', 'sleep', 'confbridge_join', 'sleep']);
  expect(given.failures).toEqual(['NOT_FOUND']);
  expect(given.conferences.statuses).toEqual(['leaved']);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test.each([
  [{}, 'class of sound:its/own'],
  [{ music: 'sound:named' }, 'class of sound:named'],
])('whoever is alone with %j hears the music of the conference, or that', async (option, musicClass) => {
  const given = givenCall();
  const { id } = given.conferences.add({ music: 'sound:its/own' });
  const flow = given.runOne('conference_join', { conference_id: id, ...option });
  await pass(1_000);
  expect([...given.asterisk.bridges.values()].map((bridge) => bridge.musicClass)).toEqual([musicClass]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('whoever is in it when its time is up goes on', async () => {
  const given = givenCall();
  const { id } = given.conferences.add({ timeout: 60 });
  const flow = given.runOne('conference_join', { conference_id: id });
  await pass(59_000);
  expect(flow.at).not.toBe('after');
  await pass(2_000);
  expect(flow.at).toBe('after');
  expect(given.conferences.told.map(({ type }) => type)).toEqual([
    'confbridge_created',
    'confbridge_updated',
    'confbridge_updated',
    'confbridge_deleted',
    'conference_deleted',
  ]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('an end whose second half fails is ended later, and told once', async () => {
  const given = givenCall();
  const { id, confbridge_id } = given.conferences.add();
  const flow = given.runOne('conference_join', { conference_id: id });
  await pass(1_000);
  const { confbridges, conferences } = given.conferences;
  const away = vi.spyOn(confbridges, 'delete').mockRejectedValueOnce(new Error('the store is away'));
  expect(await conferences.end(id)).toMatchObject({ status: 'terminated' });
  expect(flow.at).not.toBe('after');
  expect(await conferences.end(id)).toBeUndefined();
  await pass(5_000);
  expect(flow.at).toBe('after');
  expect(away).toHaveBeenCalledTimes(2);
  expect(await confbridges.get(confbridge_id)).toBeUndefined();
  expect(given.conferences.told.filter(({ type }) => type === 'conference_deleted')).toHaveLength(1);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});
