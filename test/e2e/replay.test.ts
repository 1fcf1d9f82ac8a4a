import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, rejecting, ringing } from '../support/answering.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { tracedScenes } from '../support/traced/all.ts';
import { type Acts, bye, phones, type Scene, say, type There } from '../support/traced/scene.ts';
import { replies } from '../support/traced/servers.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

// Real calls of flows that are traced, and what becomes of them when they are met once more.

const root = join(import.meta.dirname, '../..');

let system: System;
let server: WebhookSink;
let scenes: Readonly<Record<string, Scene>>;

/** What those do who are called. */
const takes = {
  [phones.busy]: rejecting(486),
  [phones.talks]: answering({ ringFor: 300, hangUpAfter: 800 }),
  [phones.rings]: ringing,
  [phones.declines]: rejecting(603),
  [phones.stays]: answering(),
  [phones.agent]: answering({ ringFor: 300, hangUpAfter: 800 }),
  [phones.otherAgent]: answering({ ringFor: 300, hangUpAfter: 800 }),
};

beforeAll(async () => {
  server = await WebhookSink.open();
  for (const [path, reply] of Object.entries(replies))
    server.respondTo((asked) => asked.path === path, reply);
  server.respondTo(({ path }) => path === '/held', { instead: 'hang' });
  system = await System.start();
  for (const [user, does] of Object.entries(takes)) {
    const desk = await system.desk(user);
    await desk.register();
    desk.onInvite(does);
  }
  scenes = tracedScenes(await surroundings());
});
// They go on beside one another: what is left, and said, is looked at behind the last.
afterAll(async () => {
  await system?.quiet([
    /"action_failed"/,
    /Playback failed for /,
    /nobody-has-this/,
    /[Ww]eb ?[Ss]ocket/,
    /Stasis app '\w+' not active/,
  ]);
  await system?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

async function surroundings(): Promise<There> {
  const make = async (kind: string, body: object): Promise<string> => {
    const { status, body: made } = await system.api.post<{ id: string }>(`/v1.0/${kind}`, body);
    expect(status, JSON.stringify(made)).toBe(200);
    return made.id;
  };
  const [none, one, other] = [1, 2, 3].map((last) => `4b1e9a52-4e0c-4ff3-8c8e-4b1a1d7c0f0${last}`);
  const agentAt = (username: string, target: string, tag_ids: readonly unknown[]) =>
    make('agents', { username, addresses: [{ type: 'extension', target }], tag_ids });
  await agentAt('grace', phones.agent, [one]);
  await agentAt('edsger', phones.otherAgent, [other]);
  const periods = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }];
  return {
    url: server.url,
    agent: await agentAt('ada', phones.talks, []),
    emptyQueue: await make('queues', { name: 'empty', tag_ids: [none], wait_timeout: 1_000 }),
    longQueue: await make('queues', { name: 'long', tag_ids: [none] }),
    queue: await make('queues', { name: 'one', tag_ids: [one] }),
    otherQueue: await make('queues', { name: 'other', tag_ids: [other] }),
    mailbox: await make('mailboxes', { name: 'box' }),
    closed: await make('schedules', { name: 'closed', periods: [] }),
    open: await make('schedules', { name: 'open', periods }),
    conference: await make('conferences', { name: 'meeting' }),
    flow: await make('flows', { name: 'stored', actions: [say('stored', 'Stored.')] }),
  };
}

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
  await act?.({
    ...{ call, callId, at },
    ...listening(call),
    typed: async (count) => {
      await eventually(async () => (await eventsOf(callId, 'digit')).length >= count, { what: 'the keys' });
    },
    leg: async (status) => {
      await system.sink.waitFor(({ data }) => data.master_call_id === callId && data.status === status);
    },
  });
  await call.ended;
  await system.sink.waitFor(
    ({ type, data }) => type === 'activeflow_deleted' && data.reference_id === callId,
  );
  return callId;
}

interface Answer {
  readonly is_same: boolean;
  readonly steps: readonly { readonly was?: string; readonly is?: string }[];
  readonly assumed: readonly string[];
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

interface Event {
  readonly type: string;
  readonly tm_end: string;
}

async function eventsOf(callId: string, type: string): Promise<readonly Event[]> {
  const { body } = await system.api.get<{ events: Event[] }>(`/v1.0/calls/${callId}/timeline?type=${type}`);
  return body.events;
}

/** So long nothing is heard behind a prompt, in milliseconds: longer than between two of them. */
const silence = 900;

/** What its phone hears, one thing after the other. */
function listening({ heard }: OutgoingCall): Pick<Acts, 'sound' | 'prompt'> {
  let since = 0;
  const sound = async (): Promise<void> => {
    await until(() => heard.firstSoundAt(since), { what: 'something to be heard' });
  };
  const prompt = async (): Promise<void> => {
    await sound();
    await until(() => heard.silentSince(wallTime() - silence), { what: 'its end' });
    since = wallTime();
  };
  return { sound, prompt };
}

/** All of them are for the long run. */
const names = Object.keys(tracedScenes({} as There)).filter((_, index) => isSoak || index % 6 === 0);

describe.concurrent('a call', () => {
  test.for(names)('goes the same way again: %s', async (name, { expect }) => {
    const callId = await givenCall(scenes[name] ?? { actions: [] });
    const { status, body } = await system.api.post<Answer>(`/v1.0/calls/${callId}/replay`);
    expect(status, JSON.stringify(body)).toBe(200);
    const { steps, assumed } = body;
    expect({ steps: steps.map(({ is }) => is), assumed }).toEqual({
      steps: steps.map(({ was }) => was),
      assumed: [],
    });
    expect(body.is_same).toBe(true);
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
