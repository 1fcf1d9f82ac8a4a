import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

// Real calls of flows that are traced, and what becomes of them when they are met once more.

const root = join(import.meta.dirname, '../..');

let system: System;
let server: WebhookSink;

beforeAll(async () => {
  server = await WebhookSink.open();
  server.respondTo(({ path }) => path === '/who', { body: '{"name":"Ada","level":"gold"}' });
  server.respondTo(({ path }) => path === '/broken', { status: 500 });
  server.respondTo(({ path }) => path === '/missing.wav', { status: 404 });
  const fetched = [{ type: 'beep' }, { id: 'said', type: 'talk', option: { text: 'Fetched.' } }];
  server.respondTo(({ path }) => path === '/next', { body: JSON.stringify(fetched) });
  system = await System.start({ env: { ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8' } });
});
// They go on beside one another: what is left, and said, is looked at behind the last.
afterAll(async () => {
  await system?.quiet([
    /"action_failed"/,
    /Playback failed for /,
    /[Ww]eb ?[Ss]ocket/,
    /Stasis app '\w+' not active/,
  ]);
  await system?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

interface Acts {
  readonly call: OutgoingCall;
  readonly callId: string;
  /** Waits until the flow is at an action, for the so manieth time. */
  at(action: string, times?: number): Promise<void>;
}

interface Scene {
  readonly actions: readonly object[];
  readonly act?: (acts: Acts) => Promise<void>;
  readonly defaults?: object;
}

const rest = { id: 'rest', type: 'sleep', option: { duration: 60_000 } };
const say = (id: string, text: string, more: object = {}) => ({
  id,
  type: 'talk',
  option: { text },
  ...more,
});
const bye = { id: 'bye', type: 'hangup' };

let number = 400;

/** A call of a flow, from its beginning to its end. */
async function givenCall({ actions, act, defaults }: Scene): Promise<string> {
  const dialled = String(number++);
  const body = { name: dialled, actions, trace: true, ...(defaults && { defaults }) };
  const flow = await system.api.post<{ id: string }>('/v1.0/flows', body);
  expect(flow.body.id, JSON.stringify(flow.body)).toBeTypeOf('string');
  await system.api.post('/v1.0/numbers', { number: dialled, call_flow_id: flow.body.id });
  const call = await (await system.caller(dialled)).call(dialled);
  const callId = await system.callTo(dialled);
  const at = async (action: string, times = 1): Promise<void> => {
    const isThere = () =>
      system.sink.eventsOf(callId).filter(({ type, data }) => {
        const current = data.current_action as { id?: string } | undefined;
        return type === 'activeflow_updated' && current?.id === action;
      }).length >= times;
    await eventually(async () => isThere(), { what: `${action}, ${times} times` });
  };
  await act?.({ call, callId, at });
  await call.ended;
  await system.sink.waitFor(
    ({ type, data }) => type === 'activeflow_deleted' && data.reference_id === callId,
  );
  return callId;
}

interface Replayed {
  readonly code: number;
  readonly lines: readonly string[];
}

const run = promisify(execFile);

/** `ariflow replay`, as it is called. */
async function replayed(callId: string, ...more: readonly string[]): Promise<Replayed> {
  const env = { ...process.env, ...system.env, ARIFLOW_API_URL: system.daemon.url };
  const asked = run(process.execPath, ['dist/cli.js', 'replay', callId, ...more], { cwd: root, env });
  const { stdout, stderr, code = 0 } = await asked.catch((error) => error);
  return { code, lines: `${stdout}${stderr}`.trimEnd().split('\n') };
}

/** What of it goes another way. */
const others = ({ lines }: Replayed) => lines.filter((line) => !line.startsWith('  '));

const prompt = (text: string) => ({ prompts: [{ text }] });
const ask = (id: string, path: string, more: object = {}) => ({
  id,
  type: 'webhook_send',
  option: { sync: true, uri: `${server.url}${path}`, response: { type: 'json' }, ...more },
});

/** They are made when the server is there. */
const scenes: Readonly<Record<string, () => Scene>> = {
  'prompts, and a hang-up of the flow': () => ({
    actions: [
      { type: 'answer' },
      say('hello', 'Hello.'),
      { type: 'beep' },
      { type: 'sleep', option: { duration: 300 } },
      bye,
    ],
  }),
  'a key, and where it leads': () => ({
    actions: [
      say('which', 'Press a key.'),
      { id: 'key', type: 'digits_receive', option: { duration: 20_000 } },
      { id: 'where', type: 'branch', option: { target_ids: { '1': 'one', '2': 'two' } } },
      say('one', 'One.', { next_id: 'bye' }),
      say('two', 'Two.'),
      bye,
    ],
    act: async ({ call, at }) => {
      await at('key');
      await call.digits('2');
    },
  }),
  'no key at all': () => ({
    actions: [
      { type: 'answer' },
      { id: 'key', type: 'digits_receive', option: { duration: 800 } },
      { id: 'where', type: 'branch', option: { target_ids: { '1': 'one' }, default_target_id: 'none' } },
      say('one', 'One.', { next_id: 'bye' }),
      say('none', 'None.'),
      bye,
    ],
  }),
  'keys that are typed while a prompt is heard': () => ({
    actions: [
      say('long', 'Please enter the two digits of your branch office, and be patient while we look for it.'),
      { id: 'keys', type: 'digits_receive', option: { duration: 20_000, length: 2 } },
      { id: 'are', type: 'condition_call_digits', option: { key: '42', false_target_id: 'other' } },
      say('good', 'Good.', { next_id: 'bye' }),
      say('other', 'Other.'),
      bye,
    ],
    act: async ({ call, at }) => {
      await at('long');
      await call.digits('42');
    },
  }),
  'a menu: a wrong key, then a good one': () => ({
    actions: [
      {
        id: 'menu',
        type: 'menu',
        option: {
          ...prompt('One or two?'),
          targets: { '1': 'one', '2': 'two' },
          no_match_prompts: [{ text: 'No.' }],
        },
      },
      say('one', 'One.', { next_id: 'bye' }),
      say('two', 'Two.'),
      bye,
    ],
    act: async ({ call, callId, at }) => {
      await at('menu');
      await heard(callId, 1);
      await call.digits('9');
      await heard(callId, 3); // what is wrong, and the question again
      await call.digits('1');
    },
  }),
  'a menu that nobody answers': () => ({
    actions: [
      {
        id: 'menu',
        type: 'menu',
        option: {
          ...prompt('One?'),
          targets: { '1': 'one' },
          first_digit_timeout: 600,
          no_input_target_id: 'none',
        },
      },
      say('one', 'One.', { next_id: 'bye' }),
      say('none', 'None.'),
      bye,
    ],
  }),
  'a number that is typed': () => ({
    actions: [
      {
        id: 'card',
        type: 'gather',
        option: { ...prompt('Your number?'), min_length: 2, max_length: 8, variable: 'card' },
      },
      {
        id: 'known',
        type: 'condition_variable',
        option: { condition: '==', variable: 'card', value_string: '4711', false_target_id: 'bye' },
      },
      say('hello', 'Hello ${card}.'),
      bye,
    ],
    act: async ({ call, callId, at }) => {
      await at('card');
      await heard(callId, 1);
      await call.digits('4711#');
    },
  }),
  'a server that answers, and decides': () => ({
    actions: [
      { type: 'answer' },
      ask('who', '/who'),
      {
        id: 'vip',
        type: 'condition_variable',
        option: { condition: '==', variable: 'level', value_string: 'gold', false_target_id: 'other' },
      },
      say('gold', 'Welcome back, ${name}.', { next_id: 'bye' }),
      say('other', 'Hello.'),
      bye,
    ],
  }),
  'a server that fails': () => ({
    actions: [
      { type: 'answer' },
      ask('who', '/broken', { retries: 1, failure_id: 'sorry' }),
      say('good', 'Good.', { next_id: 'bye' }),
      say('sorry', 'Sorry.'),
      bye,
    ],
  }),
  'actions from a server': () => ({
    actions: [
      { type: 'answer' },
      { id: 'next', type: 'fetch', option: { event_url: `${server.url}/next` } },
      bye,
    ],
  }),
  'a loop': () => ({
    actions: [
      { type: 'answer' },
      { id: 'beep', type: 'beep' },
      { id: 'again', type: 'goto', option: { target_id: 'beep', loop_count: 2 } },
      bye,
    ],
  }),
  'an action that fails, and another way for that': () => ({
    actions: [
      { type: 'answer' },
      {
        id: 'play',
        type: 'play',
        option: { stream_urls: [`${server.url}/missing.wav`] },
        on_error_id: 'sorry',
      },
      say('never', 'Never.'),
      say('sorry', 'Sorry.'),
      bye,
    ],
  }),
  'a caller who hangs up while the flow sleeps': () => ({
    actions: [{ type: 'answer' }, { type: 'beep' }, rest],
    act: async ({ call, at }) => {
      await at('rest');
      await call.bye();
    },
  }),
  'a caller who hangs up in the middle of a prompt': () => ({
    actions: [
      { type: 'answer' },
      say('long', 'One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve.'),
      say('next', 'Next.'),
      bye,
    ],
    act: async ({ call, callId, at }) => {
      await at('long');
      await heard(callId, 1, 'begun');
      await call.bye();
    },
  }),
  'a caller who types something and hangs up': () => ({
    actions: [
      { type: 'answer' },
      { id: 'keys', type: 'digits_receive', option: { duration: 60_000, length: 4 } },
      rest,
    ],
    act: async ({ call, callId, at }) => {
      await at('keys');
      await call.digits('12');
      await eventually(async () => (await eventsOf(callId, 'digit')).length === 2, { what: 'the digits' });
      await call.bye();
    },
  }),
  'nobody at a phone that is called': () => ({
    actions: [
      { type: 'answer' },
      { id: 'call', type: 'connect', option: { destinations: [{ type: 'extension', target: '1009' }] } },
      say('sorry', 'Nobody is there.'),
      bye,
    ],
  }),
};

interface Event {
  readonly type: string;
  readonly tm_end: string;
}

async function eventsOf(callId: string, type: string): Promise<readonly Event[]> {
  const { body } = await system.api.get<{ events: Event[] }>(`/v1.0/calls/${callId}/timeline?type=${type}`);
  return body.events;
}

/** So many prompts have been heard to their ends, or the last of them has begun. */
async function heard(callId: string, count: number, how: 'whole' | 'begun' = 'whole'): Promise<void> {
  const isHeard = async (): Promise<boolean> => {
    const playbacks = await eventsOf(callId, 'playback');
    return playbacks.filter(({ tm_end }) => how === 'begun' || tm_end < '9').length >= count;
  };
  await eventually(isHeard, { what: `${count} prompts` });
}

describe.concurrent('a call', () => {
  for (const [name, scene] of Object.entries(scenes))
    test(`goes the same way again: ${name}`, async ({ expect }) => {
      const replay = await replayed(await givenCall(scene()));
      expect(others(replay), replay.lines.join('\n')).toEqual([]);
      expect(replay.lines.at(-1)).toMatch(/^ {2}\d+ steps, the same as then$/);
      expect(replay.code).toBe(0);
    });

  test('would have gone another way with another flow, and that is said step by step', async ({ expect }) => {
    const key = { id: 'key', type: 'digits_receive', option: { duration: 20_000 } };
    const where = (targets: object) => ({ id: 'where', type: 'branch', option: { target_ids: targets } });
    const ends = [say('one', 'One.', { next_id: 'bye' }), say('two', 'Two.'), bye];
    const callId = await givenCall({
      actions: [{ id: 'up', type: 'answer' }, key, where({ '1': 'one', '2': 'two' }), ...ends],
      act: async ({ call, at }) => {
        await at('key');
        await call.digits('1');
      },
    });
    const file = join(system.asterisk.dataDir, 'other-flow.json');
    await writeFile(
      file,
      JSON.stringify([{ id: 'up', type: 'answer' }, key, where({ '2': 'one', '1': 'two' }), ...ends]),
    );
    const { code, lines } = await replayed(callId, '--flow', file);
    expect(lines).toEqual([
      ...[
        '  answer up',
        '  digits_receive key',
        '  branch where',
        '- talk one',
        '+ talk two',
        '  hangup bye',
      ],
      ...['  hung up by the flow', '  7 steps, 2 of them other than then'],
    ]);
    expect(code).toBe(1);
    const json = JSON.parse((await replayed(callId, '--json')).lines.join('\n'));
    expect(json).toMatchObject({ call_id: callId, is_same: true, assumed: [], ended: { how: 'flow' } });
  });

  test('that was not traced, or is none, is not met again', async ({ expect }) => {
    await system.flowOn('untraced', [{ type: 'answer' }, bye]);
    const call = await (await system.caller('untraced')).call('untraced');
    const callId = await system.callTo('untraced');
    await call.ended;
    await system.history(callId);
    expect(await replayed(callId)).toEqual({
      code: 2,
      lines: ['ariflow: the call was not traced: expected one whose flow has trace'],
    });
    expect((await replayed('none')).code).toBe(2);
  });
});

// Behind all others, which live in the same daemon.
test('goes the same way again, although its daemon was killed in the middle of it', async () => {
  const callId = await givenCall({
    actions: [
      { id: 'up', type: 'answer' },
      { id: 'keys', type: 'digits_receive', option: { duration: 60_000, length: 2 } },
      { id: 'are', type: 'condition_call_digits', option: { key: '12', false_target_id: 'bye' } },
      say('good', 'Good.'),
      bye,
    ],
    act: async ({ call, callId: id, at }) => {
      await at('keys');
      await call.digits('1');
      await eventually(async () => (await eventsOf(id, 'digit')).length === 1, { what: 'the digit' });
      system.daemon.kill('SIGKILL');
      await system.restartDaemon();
      await call.digits('2');
    },
  });
  const replay = await replayed(callId);
  expect(replay.lines).toEqual([
    ...['  answer up', '  digits_receive keys', '  condition_call_digits are', '  talk good', '  hangup bye'],
    ...['  hung up by the flow', '  6 steps, the same as then'],
  ]);
  expect((await eventsOf(callId, 'digit')).length).toBe(2);
});
