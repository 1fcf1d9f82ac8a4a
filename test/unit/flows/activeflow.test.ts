import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { ActionError } from '../../../src/core/errors.ts';
import { type Action, defineAction } from '../../../src/flows/action.ts';
import type { ActionJson } from '../../../src/ports/action-json.ts';
import { catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const zero = '00000000-0000-0000-0000-000000000000';
const set = (key: string, value: string, id?: string) => ({
  ...(id !== undefined && { id }),
  type: 'variable_set',
  option: { key, value },
});
/** What a flow did, as letters: each action appends its own to `trace`. */
const mark = (letter: string, id = letter) => set('trace', `\${trace}${letter}`, id);

const failing = defineAction({
  type: 'failing',
  summary: 'Fails.',
  needs: 'nothing',
  option: z.strictObject({ how: z.enum(['known', 'unknown']).default('known') }),
  example: {},
  run(_, { how }) {
    if (how === 'unknown') throw new TypeError('secret details');
    throw new ActionError('DIAL_FAILED', 'it did not work', { cause: new Error('why') });
  },
});

const nesting = defineAction({
  type: 'nesting',
  summary: 'Pushes a list.',
  needs: 'nothing',
  option: z.strictObject({ actions: z.array(z.custom<ActionJson>()), targets: z.string().optional() }),
  example: { actions: [] },
  run: (_, { actions }) => ({ go: 'into', actions }),
});

const withMore: ReadonlyMap<string, Action> = new Map([
  ...catalogue,
  ['failing', failing],
  ['nesting', nesting],
]);

describe('events', () => {
  test('have the fields of the seed, in its order', async () => {
    const given = givenCall();
    const flow = given.run({ type: 'answer' }, { id: 'x', type: 'talk', option: { text: 'hello' } });
    await flow.done;
    const keys = [
      'id', 'flow_id', 'customer_id', 'reference_type', 'reference_id', 'current_action', 'forward_action_id',
      'actions', 'tm_create', 'tm_update', 'tm_delete',
    ]; // biome-ignore format: a list of names
    const records = given.published.flatMap((event) =>
      event.type.startsWith('activeflow_') ? [event.data] : [],
    );
    for (const record of records) expect(Object.keys(record)).toEqual(keys);
    const [created] = given.of('activeflow_created');
    expect(created).toMatchObject({
      reference_type: 'call',
      reference_id: given.call.id,
      customer_id: zero,
      current_action: { id: '00000000-0000-0000-0000-000000000001', next_id: zero, type: '' },
      forward_action_id: zero,
      tm_delete: '9999-01-01 00:00:00.000000',
    });
    expect(created?.tm_update).toBe(created?.tm_create);
    expect(Object.keys(created?.current_action ?? {})).toEqual(['id', 'next_id', 'type']);
    expect(Object.keys(created?.actions[1] ?? {})).toEqual(['id', 'next_id', 'type', 'option']);
    const [deleted] = given.of('activeflow_deleted');
    expect(deleted?.current_action).toEqual({
      id: 'x',
      next_id: zero,
      type: 'talk',
      option: { text: 'hello' },
    });
    expect(deleted?.tm_delete).toBe('9999-01-01 00:00:00.000000');
    const updates = records.map((record) => (record as { tm_update: string }).tm_update);
    expect(updates).toEqual([...new Set(updates)].sort());
  });

  test('show options with their values as the current action, and as written among the actions', async () => {
    const given = givenCall({ from: '+4930' });
    given.run({ type: 'talk', option: { text: 'You are ${call.cli}' } }, longSleep);
    await pass();
    const [update] = given.of('activeflow_updated');
    expect(update?.current_action.option).toEqual({ text: 'You are +4930' });
    expect(update?.actions[0]?.option).toEqual({ text: 'You are ${call.cli}' });
    expect(update?.current_action).not.toHaveProperty('tm_execute');
    given.hangup();
    await pass();
  });

  test('hide secrets as written and as filled in, in the call too, and the actions have them', async () => {
    const given = givenCall({ from: '+4930' });
    const auth = { type: 'basic', username: 'u', password: 's3cret' };
    const headers = [{ name: 'X-Api-Key', value: 'k-${call.cli}' }];
    const hook = {
      id: 'hook',
      type: 'webhook_send',
      option: { sync: true, uri: 'https://a.test/', auth, headers },
    };
    const flow = given.run(hook, longSleep);
    await pass();
    const events = JSON.stringify([given.published, flow.activeflow.view, given.call.record]);
    expect(events).toContain('webhook_send');
    expect(events).not.toMatch(/s3cret|k-\+4930/);
    const basic = `Basic ${Buffer.from('u:s3cret').toString('base64')}`;
    expect(given.http.requests).toMatchObject([
      { headers: { authorization: basic, 'x-api-key': 'k-+4930' } },
    ]);
    given.hangup();
    await pass();
  });

  test('of the answer to REST tell when the action began', async () => {
    const given = givenCall();
    const flow = given.run(longSleep);
    expect(flow.activeflow.view.current_action).not.toHaveProperty('tm_execute');
    await pass();
    expect(Object.keys(flow.activeflow.view.current_action)).toEqual([
      'id',
      'next_id',
      'type',
      'option',
      'tm_execute',
    ]);
    given.hangup();
    await pass();
  });
});

describe('a flow', () => {
  test('goes where next_id and jumps say', async () => {
    const given = givenCall();
    const flow = given.run(
      { ...mark('a'), next_id: 'c' },
      mark('b'),
      mark('c'),
      { type: 'goto', option: { target_id: 'b', loop_count: 1 } },
      mark('d'),
    );
    await flow.done;
    expect(flow.variable('trace')).toBe('acbcd');
  });

  test.each([0, 1, 2, 5])('jumps exactly %d times with loop_count', async (count) => {
    const given = givenCall();
    const flow = given.run(
      mark('a'),
      { type: 'goto', option: { target_id: 'a', loop_count: count } },
      mark('z'),
    );
    await flow.done;
    expect(flow.variable('trace')).toBe(`${'a'.repeat(count + 1)}z`);
  });

  test('counts each goto for itself', async () => {
    const given = givenCall();
    const flow = given.run(
      mark('a'),
      { type: 'goto', option: { target_id: 'a', loop_count: 1 } },
      mark('b'),
      { type: 'goto', option: { target_id: 'a', loop_count: 1 } },
    );
    await flow.done;
    expect(flow.variable('trace')).toBe('aabab');
  });

  test('hangs up when it is over, with the reason normal', async () => {
    const given = givenCall();
    await given.run({ type: 'answer' }).done;
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'normal' }]);
    given.expectNothingLeft();
  });

  test('without an action hangs up at once', async () => {
    const given = givenCall();
    await given.run().done;
    expect(given.types).toEqual([
      'activeflow_created', 'call_created', 'call_updated', 'call_hungup', 'activeflow_deleted',
    ]); // biome-ignore format: a list of names
    given.expectNothingLeft();
  });

  test('may be stopped by whoever is allowed to: its call is hung up', async () => {
    const given = givenCall();
    const flow = given.run(longSleep);
    await pass();
    expect(given.activeflows.stop(flow.activeflow.id)).toBe(true);
    await flow.done;
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'normal' }]);
    expect(given.failures).toEqual([]);
    expect(given.activeflows.stop(flow.activeflow.id)).toBe(false);
    given.expectNothingLeft();
  });

  test('publishes no action of a call that is over, however close they are', async () => {
    const given = givenCall();
    given.asterisk.fault('getChannelVar', { delay: 100 });
    const flow = given.run(set('x', '${voipbin.call.sip.header.X-Customer}'));
    await pass();
    setTimeout(() => given.hangup(), 100);
    vi.advanceTimersByTime(100); // the answer and the hang-up, and nothing between them
    await flow.done;
    expect(given.types).toEqual(['activeflow_created', 'call_created', 'call_hungup', 'activeflow_deleted']);
  });
});

describe('a nested list', () => {
  const actions = [
    { ...mark('x'), next_id: zero },
    { ...mark('y'), next_id: zero },
  ];

  test('runs, and the flow goes on behind it', async () => {
    const given = givenCall({ catalogue: withMore });
    const flow = given.run(mark('a'), { type: 'nesting', option: { actions } }, mark('b'));
    await flow.done;
    expect(flow.variable('trace')).toBe('axyb');
  });

  test('counts its gotos anew each time it is pushed', async () => {
    const given = givenCall({ catalogue: withMore });
    const jump = { id: 'j', next_id: zero, type: 'goto', option: { target_id: 'x', loop_count: 1 } };
    const flow = given.run(
      { id: 'push', type: 'nesting', option: { actions: [...actions, jump] } },
      { type: 'goto', option: { target_id: 'push', loop_count: 1 } },
    );
    await flow.done;
    expect(flow.variable('trace')).toBe('xyxyxyxy');
  });

  test('that pushes itself for ever ends as a failure', async () => {
    const given = givenCall({ catalogue: withMore });
    const self: ActionJson = { id: 'self', next_id: zero, type: 'nesting', option: {} };
    // Written down it has an end, as everything has that is read.
    (self as { option: object }).option = { actions: Object.assign([self], { toJSON: () => [] }) };
    const flow = given.runUnchecked([self]);
    await flow.done;
    expect(given.failures[0]).toBe('INVALID_TARGET');
    given.expectNothingLeft();
  });
});

describe('an action that fails', () => {
  test('is told in variables and by an event, and the flow goes on', async () => {
    const given = givenCall({ catalogue: withMore });
    const flow = given.run({ id: 'f', type: 'failing' }, mark('a'));
    await flow.done;
    expect(flow.variable('trace')).toBe('a');
    expect(['type', 'id', 'code', 'message'].map((name) => flow.variable(`voipbin.action.error.${name}`))).toEqual([
      'failing', 'f', 'DIAL_FAILED', 'it did not work',
    ]); // biome-ignore format: a list
    const [failed] = given.of('action_failed');
    expect(Object.keys(failed ?? {})).toEqual([
      'id', 'activeflow_id', 'reference_type', 'reference_id', 'action', 'code', 'message', 'tm_create',
    ]); // biome-ignore format: a list of names
    expect(failed).toMatchObject({
      activeflow_id: flow.activeflow.id,
      reference_type: 'call',
      reference_id: given.call.id,
      action: { id: 'f', type: 'failing' },
      code: 'DIAL_FAILED',
      message: 'it did not work',
    });
  });

  test('with on_error_id sends the flow there', async () => {
    const given = givenCall({ catalogue: withMore });
    const flow = given.run({ type: 'failing', on_error_id: 'b' }, mark('a'), mark('b'));
    await flow.done;
    expect(flow.variable('trace')).toBe('b');
  });

  test('otherwise follows its next_id', async () => {
    const given = givenCall({ catalogue: withMore });
    const flow = given.run({ type: 'failing', next_id: 'b' }, mark('a'), mark('b'));
    await flow.done;
    expect(flow.variable('trace')).toBe('b');
  });

  test('unexpectedly tells the user nothing of our insides', async () => {
    const given = givenCall({ catalogue: withMore });
    await given.run({ type: 'failing', option: { how: 'unknown' } }).done;
    expect(given.of('action_failed')).toMatchObject([
      { code: 'INTERNAL', message: 'the action failed unexpectedly' },
    ]);
  });

  test('because a value does not fit names where', async () => {
    const given = givenCall();
    await given.run(set('x', 'soon'), { type: 'sleep', option: { duration: '${x}' } }).done;
    expect(given.of('action_failed')).toMatchObject([
      { code: 'INVALID_OPTION', message: expect.stringMatching(/^duration: /) },
    ]);
  });

  test('because a variable has no value names it', async () => {
    const given = givenCall();
    const address = { type: 'sip', target: '${user}@${host}' };
    await given.run(
      set('user', 'bob'),
      { type: 'talk', option: { text: '${nobody}', language: '${tongue}' } },
      { type: 'connect', option: { destinations: [address] } },
      { type: 'sleep', option: { duration: '${time} s' } },
      { type: 'webhook_send', option: { sync: true, webhook_id: '${hook}' } },
      { type: 'webhook_send', option: { sync: true, uri: '${server}' } },
    ).done;
    expect(given.of('action_failed').map(({ code, message }) => [code, message])).toEqual([
      [
        'INVALID_OPTION',
        expect.stringMatching(/^text: .*: `nobody` has no value; language: .*: `tongue` has no value$/),
      ],
      ['INVALID_DESTINATION', expect.stringMatching(/: `host` has no value$/)],
      ['INVALID_OPTION', expect.stringMatching(/^duration: .*: `time` has no value$/)],
      ['INVALID_OPTION', expect.stringMatching(/^uri: .*: `hook` has no value$/)],
      ['INVALID_OPTION', expect.stringMatching(/^uri: .*: `server` has no value$/)],
    ]);
  });

  test.each([
    ['fetch', { event_url: 'https://${host}/next', headers: [{ name: 'X', value: '${note}' }] }],
    ['play', { stream_urls: ['https://${host}/a.wav'] }],
  ])('%s: because of a URL in which a variable has no value names it', async (type, option) => {
    const given = givenCall();
    given.http.reply({ failure: 'unreachable' });
    given.media.failures.set('https:///a.wav', 'UNREACHABLE');
    await given.run({ type, option }).done;
    expect(given.of('action_failed')).toMatchObject([
      { code: 'UNREACHABLE', message: expect.stringMatching(/: `host` has no value$/) },
    ]);
  });

  test('because a target that was a placeholder is nowhere, goes on', async () => {
    const given = givenCall();
    const flow = given.run({ type: 'goto', option: { target_id: '${nowhere}', loop_count: 1 } }, mark('a'));
    await flow.done;
    expect(given.failures).toHaveLength(1);
    expect(flow.variable('trace')).toBe('a');
  });

  test('because an unknown type was stored, goes on', async () => {
    const given = givenCall();
    await given.runUnchecked([{ id: 'x', next_id: zero, type: 'nonsense' }]).done;
    expect(given.failures).toEqual(['UNKNOWN_ACTION']);
  });

  test('because the call is hung up is no failure', async () => {
    const given = givenCall();
    const flow = given.run({ type: 'talk', option: { text: 'x' } });
    given.asterisk.fault('answer', { status: 404 });
    given.hangup();
    await flow.done;
    expect(given.failures).toEqual([]);
  });
});

describe('what an action acquires', () => {
  const released: string[] = [];
  const acquiring = defineAction({
    type: 'acquiring',
    summary: 'Acquires.',
    needs: 'nothing',
    option: z.strictObject({ fails: z.boolean().default(false) }),
    example: {},
    run({ scope, signal, action }, { fails }) {
      released.push(`${action.id} begins`);
      signal.addEventListener('abort', () => released.push(`${action.id} aborted`));
      scope.defer(async () => {
        await Promise.resolve();
        released.push(`${action.id} released`);
      });
      if (fails) throw new ActionError('DIAL_FAILED', 'it did not work');
      return { go: 'next' };
    },
  });

  test('is released before the next action begins, also when it fails', async () => {
    const given = givenCall({ catalogue: new Map([...catalogue, ['acquiring', acquiring]]) });
    await given.run(
      { id: 'a', type: 'acquiring' },
      { id: 'b', type: 'acquiring', option: { fails: true } },
      { id: 'c', type: 'acquiring' },
    ).done;
    expect(released).toEqual(
      ['a', 'b', 'c'].flatMap((id) => [`${id} begins`, `${id} aborted`, `${id} released`]),
    );
    given.expectNothingLeft();
  });
});

describe('the loop guard', () => {
  test('ends a flow that runs in a circle, and says so', async () => {
    const given = givenCall();
    const flow = given.run({ ...set('n', '1', 'a'), next_id: 'b' }, { ...set('n', '2', 'b'), next_id: 'a' });
    await flow.done;
    expect(given.failures).toEqual(['loop_detected']);
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'failed' }]);
    expect(given.of('activeflow_updated')).toHaveLength(500);
    given.expectNothingLeft();
  });

  test('lets a flow that waits go on', async () => {
    const given = givenCall();
    const flow = given.run(
      { id: 'a', type: 'sleep', option: { duration: 1_000 } },
      { type: 'goto', option: { target_id: 'a', loop_count: 1_000 } },
    );
    await pass(1_001_000);
    await flow.done;
    expect(given.failures).toEqual([]);
  });
});

describe('variables', () => {
  test('tell of the call and the activeflow', async () => {
    const given = givenCall({ number: '200', from: '+4930', name: 'Ann' });
    const names = [
      'voipbin.activeflow.id', 'voipbin.activeflow.flow_id', 'voipbin.activeflow.reference_type',
      'voipbin.activeflow.reference_id', 'voipbin.call.id', 'voipbin.call.direction', 'voipbin.call.status',
      'voipbin.call.digits', 'voipbin.call.master_call_id', 'voipbin.call.source.type', 'voipbin.call.source.target',
      'voipbin.call.source.target_name', 'voipbin.call.source.name', 'voipbin.call.destination.target', 'call.cli',
      'call.cli.number', 'call.state', 'call.start', 'voipbin.call.tm_create',
    ]; // biome-ignore format: a list of names
    const flow = given.run(set('all', names.map((name) => `\${${name}}`).join('|')), longSleep);
    await pass();
    const { id, tm_create } = given.call.record;
    expect(flow.variable('all').split('|')).toEqual([
      flow.activeflow.id, zero, 'call', id, id, 'incoming', 'ringing', '', zero, 'tel', '+4930', 'Ann', '', '200',
      '+4930', '+4930', 'ringing', tm_create, tm_create,
    ]); // biome-ignore format: as above
    given.hangup();
    await pass();
  });

  test('tell of the headers of the INVITE, each asked for once and whatever its case', async () => {
    const given = givenCall({ headers: { 'X-Customer': 'Ann & Co' } });
    const header = '${voipbin.call.sip.header.X-Customer}';
    const flow = given.run(
      set('a', header),
      set('b', `${header}${header.replace('X-Customer', 'x-customer')}`),
      set('c', '[${voipbin.call.sip.header.X-Missing}]'),
      longSleep,
    );
    await pass();
    expect(['a', 'b', 'c'].map((name) => flow.variable(name))).toEqual([
      'Ann & Co',
      'Ann & CoAnn & Co',
      '[]',
    ]);
    expect(given.asterisk.asked).toEqual(['getChannelVar', 'getChannelVar']);
    given.hangup();
    await pass();
  });

  test.each(['A)${SHELL(id)}', 'A,B', 'A(B)', 'ü', 'a b'])(
    'never ask Asterisk for a header named %j',
    async (name) => {
      const given = givenCall();
      await given.runUnchecked([
        { id: 'x', next_id: zero, ...set('a', `\${voipbin.call.sip.header.${name}}`) },
      ]).done;
      expect(given.asterisk.asked).toEqual(['hangup']);
    },
  );

  test('of a caller are text: what looks like a placeholder stays', async () => {
    const given = givenCall({ name: '${voipbin.call.id}' });
    const flow = given.run(set('a', 'Hello ${voipbin.call.source.target_name}'), set('b', '${a}'), longSleep);
    await pass();
    expect(flow.variable('b')).toBe('Hello ${voipbin.call.id}');
    given.hangup();
    await pass();
  });
});
