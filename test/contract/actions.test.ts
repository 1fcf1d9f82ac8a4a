import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Action } from '../../src/flows/action.ts';
import { checkFlow, targetsOf } from '../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  longSleep,
  pass,
  type RunningFlow,
  type WrittenAction,
} from '../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const actions = [...catalogue.values()];

/** A flow of one action as its example has it, with all it may jump to; behind it a sleep that never ends. */
function flowOf(action: Action): WrittenAction[] {
  const option = action.example as Readonly<Record<string, unknown>>;
  const targets = new Set(
    targetsOf(action, option).flatMap(([, id]) => (typeof id === 'string' && id ? [id] : [])),
  );
  return [
    { id: 'it', type: action.type, option },
    { id: 'after', ...longSleep },
    ...[...targets].map((id) => ({ id, ...longSleep })),
  ];
}

/** What examples point to. */
type ExampleIds = 'flow' | 'conference' | 'agent' | 'queue' | 'chatbot' | 'schedule' | 'mailbox';

function started(action: Action, options: GivenCall = {}): { given: CallFixture; flow: RunningFlow } {
  const given = givenCall({ soundLength: 'manual', ...options });
  given.http.duration = 60_000;
  const { flow_id, conference_id, agent_id, queue_id, chatbot_id, schedule_id, mailbox_id } =
    action.example as Readonly<Partial<Record<`${ExampleIds}_id`, string>>>;
  if (chatbot_id) given.chatbots.add({ id: chatbot_id });
  if (schedule_id) given.schedules.set(schedule_id, { open: true, reason: 'period', exception: '' });
  if (queue_id) given.queues.add({ id: queue_id });
  if (agent_id) given.outgoing.addAgent('1002', agent_id);
  if (agent_id) given.requestPorts.statuses.set(agent_id, 'busy');
  if (conference_id) given.conferences.add({ id: conference_id });
  if (flow_id) given.flows.set(flow_id, { id: flow_id, actions: [] });
  given.recordings.makesFiles = ['record', 'voicemail', 'mailbox'].includes(action.type);
  if (mailbox_id) given.voicemails.leave(given.voicemails.add({ id: mailbox_id, pin: '11' }).id);
  given.speech.duration = 100;
  given.media.duration = 100;
  return { given, flow: given.run(...flowOf(action)) };
}

/** What a run of the action did, told without ids and times. */
async function behaviour(action: Action): Promise<unknown> {
  vi.setSystemTime('2026-03-02T12:00:00Z');
  const { given, flow } = started(action, { soundLength: 300 });
  for (let second = 0; second < 3; second++) {
    await pass(1_000);
    given.press('1');
  }
  await pass(120_000);
  const at = /^[0-9a-f-]{36}$/.test(flow.at) ? 'in a list of its own' : flow.at;
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
  return { at, asked: given.asterisk.asked, types: given.types, failures: given.failures };
}

interface Survived extends Readonly<Record<string, unknown>> {
  readonly ended: readonly string[];
  /** When the flow went on, in milliseconds. */
  readonly goneOnAt: number;
}

/**
 * Two minutes of a call at the action, and what came of them; the daemon is killed after so many milliseconds, where any are given,
 * and nothing of what it did may have come to be stored.
 */
async function survived(action: Action, killedAfter?: number, isUnwritten = false): Promise<Survived> {
  vi.setSystemTime('2026-03-02T12:00:00Z');
  const given = started(action, { soundLength: 300 }).given;
  if (isUnwritten) given.rows.dropTheRest();
  let life = given;
  const kill = async (): Promise<void> => {
    if (!life.call.isEnded) life = await life.restart();
  };
  let goneOnAt: number | undefined;
  if (killedAfter === 0) await kill();
  for (let at = 50; at <= 120_000; at += at < 5_000 ? 50 : 5_000) {
    await pass(at <= 5_000 ? 50 : 5_000);
    if (at === killedAfter) await kill();
    if (at === 1_500 || at === 2_500) life.press('1');
    if (life.record?.current_action.id !== 'it') goneOnAt ??= at;
  }
  const at = life.record?.current_action.id ?? 'over';
  const place = /^[0-9a-f-]{36}$/.test(at) ? 'in a list of its own' : at;
  const variables = variablesOf(life);
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
  const { types, failures, asterisk } = life;
  const calls = asterisk.requests.filter(({ operation }) => ['create', 'dial'].includes(operation.name));
  const ended = life.published.flatMap(({ type, data }) =>
    type === 'activeflow_deleted' || (type === 'call_hungup' && data.id === life.call.id) ? [type] : [],
  );
  const told = [
    ...[...types, ...life.recordings.told.map(({ type }) => type)],
    ...[...toldOfTranscribes(life), ...life.voicemails.told.map(({ type }) => type)],
  ];
  const inRooms = [...life.queues.told, ...life.conferences.told].flatMap(({ type }) => type ?? []);
  return {
    at: place,
    told: told.toSorted(),
    inRooms,
    failures,
    ended: ended.toSorted(),
    calls: calls.length,
    variables,
    playedAgain: repeated(played(life)),
    // What is asked again is the same request.
    requests: new Set(life.http.requests.map((request) => JSON.stringify(request))).size,
    later: life.requestPorts.later.length,
    messages: new Set([...life.messages.sent, ...life.messages.answers].map(({ id }) => id)).size,
    sentDigits: life.channel.sentDigits,
    goneOnAt: asksAgain.has(action.type) ? 0 : (goneOnAt ?? 0),
  };
}

/**
 * An INVITE waits until its call is written down, digits that were sent are sent again, and where the flow, or its call, is over
 * in the same moment nothing goes on.
 */
const cannotBeUnwritten: ReadonlySet<string> = new Set([
  ...['agent_call', 'call', 'connect', 'digits_send'],
  ...['dialplan_continue', 'hangup', 'hangup_relay', 'queue_callback', 'stop'],
]);

/** Alone there is no queue around it: it fails. */
const needsQueue: ReadonlySet<string> = new Set(['queue_callback']);

/** Whoever waits for somebody's answer asks again, and waits anew. */
const asksAgain: ReadonlySet<string> = new Set(['chatbot_talk', 'fetch', 'webhook_send']);

/** The ids of the playbacks that Asterisk was asked for. */
function played({ asterisk }: CallFixture): string[] {
  return asterisk.requests.flatMap(({ operation, body }) =>
    operation.name === 'play' ? [String(body?.playbackId)] : [],
  );
}

function repeated(ids: readonly string[]): string[] {
  return ids.filter((id, index) => ids.indexOf(id) < index);
}

/** What an undisturbed run comes to, of each action once. */
const undisturbed = new Map<string, Promise<Survived>>();

function lived(action: Action): Promise<Survived> {
  const known = undisturbed.get(action.type) ?? survived(action);
  undisturbed.set(action.type, known);
  return known;
}

/** The variables of the flow, told without ids; nothing where it is over. */
function variablesOf(life: CallFixture): Record<string, string> {
  const [left] = life.rows.activeflows();
  const entries = Object.entries(left?.state.variables ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')]),
  );
}

/** But for the gap that a kill leaves in what is written down, which is said. */
function toldOfTranscribes({ transcribes: { told } }: CallFixture): string[] {
  const isGap = ({ type, data }: (typeof told)[number]): boolean =>
    type === 'transcribe_updated' && data.status === 'progressing' && data.gaps.length > 0;
  return told.flatMap((one) => (isGap(one) ? [] : [one.type]));
}

/** The ids of all that Asterisk was told to make, oldest first. */
function idsMade({ asterisk }: CallFixture): string[] {
  return asterisk.requests.flatMap(({ operation, path, query, body }) => {
    const bridgeId = operation.name === 'createWithId' ? path.bridgeId : undefined;
    const ids = [bridgeId, path.snoopId, query.channelId, query.otherChannelId, body?.playbackId];
    return ids.filter((id) => typeof id === 'string');
  });
}

test('every file of src/actions is an action, and every action has its test', () => {
  const names = (directory: string) =>
    readdirSync(join(import.meta.dirname, directory)).map((file) => parse(file).name.replace(/\.test$/, ''));
  expect(names('../../src/actions').sort()).toEqual([...catalogue.keys()].sort());
  expect(names('../unit/actions').sort()).toEqual([...catalogue.keys()].sort());
});

describe.each(actions)('$type', (action) => {
  test('says in a sentence what it does', () => {
    expect(action.summary).toMatch(/^[A-Z].*\.$/s);
    expect(action.summary.length).toBeLessThan(160);
  });

  test('has an example that is valid, as it is and in a flow', () => {
    expect(action.option.safeParse(action.example).error).toBeUndefined();
    expect(checkFlow(flowOf(action), catalogue).problems).toEqual([]);
  });

  test('refuses an unknown option, and one that every object has', () => {
    for (const key of ['no_such_option', 'constructor', 'toString']) {
      const option = { ...(action.example as object), [key]: 1 };
      expect(checkFlow([{ type: action.type, option }], catalogue).problems).toContainEqual({
        path: `actions[0].option.${key}`,
        message: 'unknown key',
      });
    }
  });

  test('refuses an option that is no object', () => {
    for (const option of [null, 'text', 7, []]) expect(action.option.safeParse(option).success).toBe(false);
  });

  test('names its targets, and they are checked', () => {
    for (const [path, id] of targetsOf(action, action.example as Readonly<Record<string, unknown>>)) {
      if (typeof id !== 'string' || id === '') continue;
      const alone = checkFlow([{ type: action.type, option: action.example }], catalogue);
      expect(alone.problems.map((problem) => problem.path)).toContain(`actions[0].option.${path}`);
    }
  });

  describe.each(['before', 'after'] as const)('with events %s the answer', (events) => {
    test.each([0, 50, 1_000, 4_000])('ends at once when the caller hangs up after %d ms', async (ms) => {
      const { given, flow } = started(action, { events });
      await pass(ms);
      given.hangup();
      await flow.done;
      await pass(); // chained calls end with it
      expect(given.failures).toEqual(needsQueue.has(action.type) ? ['NOT_IN_QUEUE'] : []);
      // The call may outlive the flow that gave it to the dialplan.
      const last =
        action.type === 'dialplan_continue' ? /^(activeflow_deleted|call_hungup)$/ : /^activeflow_deleted$/;
      expect(given.types.at(-1)).toMatch(last);
      given.expectNothingLeft();
    });
  });

  test.each(['answer', 'play', 'getChannelVar', 'stop'])(
    'ends at once when the caller hangs up while Asterisk is silent on %s',
    async (operation) => {
      const { given, flow } = started(action);
      given.asterisk.fault(operation, { delay: 9_000 });
      await pass(1_000);
      given.press('1');
      given.hangup();
      await flow.done;
      await pass(9_000); // the fake's own
      given.expectNothingLeft();
    },
  );

  test('ends when its flow is stopped, and leaves nothing playing', async () => {
    const { given, flow } = started(action);
    await pass(1_000);
    flow.activeflow.stop();
    await flow.done;
    await pass();
    given.expectNothingLeft();
  });

  test('survives an Asterisk that refuses everything', async () => {
    const { given, flow } = started(action);
    for (const operation of ['answer', 'play', 'stop', 'getChannelVar', 'setChannelVar', 'get'])
      given.asterisk.fault(operation, { status: 500 });
    await pass(120_000);
    given.hangup();
    await flow.done;
    expect(given.failures).not.toContain('INTERNAL');
    given.expectNothingLeft();
  });

  test.each([{ status: 500 }, { isUnanswered: true }])(
    'has a code for each order that Asterisk does not carry out: %o',
    async (fault) => {
      const { asked } = (await behaviour(action)) as { readonly asked: readonly string[] };
      for (const operation of new Set(asked)) {
        const { given, flow } = started(action, { soundLength: 300 });
        given.asterisk.fault(operation, fault);
        await pass(60_000);
        given.asterisk.mend();
        given.hangup();
        await pass(20_000); // what was not obeyed is asked again
        await flow.done;
        expect({ operation, failures: given.failures }).not.toMatchObject({
          failures: expect.arrayContaining(['INTERNAL']),
        });
      }
    },
  );

  test('behaves the same the second time', async () => {
    expect(await behaviour(action)).toEqual(await behaviour(action));
  });

  describe.each([0, 50, 150, 300, 1_000, 1_600, 2_550, 4_000])(
    'in a daemon that is killed after %d ms',
    (ms) => {
      if (action.canResume)
        test('goes on as if nothing had happened', async () => {
          const { goneOnAt: intended, ...undisturbed } = await lived(action);
          const { goneOnAt, ...disturbed } = await survived(action, ms);
          expect(disturbed).toEqual(undisturbed);
          // What is being spoken into its file is spoken anew.
          expect(Math.abs(goneOnAt - intended)).toBeLessThanOrEqual(100);
        });
      else
        test('ends with its call, once', async () => {
          const { ended } = await survived(action, ms);
          expect(ended).toEqual(['activeflow_deleted', 'call_hungup']);
        });
    },
  );

  if (action.canResume && !cannotBeUnwritten.has(action.type))
    test('goes on where it was killed before anything of it was written', async () => {
      const { at, calls, failures, playedAgain, messages } = await lived(action);
      const again = await survived(action, 50, true);
      expect(again).toMatchObject({ at, calls, failures, playedAgain, messages });
    });

  test('gives what Asterisk makes for it ids of ours, none too long, and none twice in two flows of a call', async () => {
    const { given, flow } = started(action, { soundLength: 300 });
    await pass(5_000);
    const again = { id: 'again', actions: flow.activeflow.flow.actions };
    if (!given.call.hangupSignal.aborted) void given.activeflows.takeOver(given.call, again);
    await pass(60_000);
    given.hangup();
    await flow.done;
    const ids = idsMade(given);
    expect(ids.filter((id) => id.length > 120 || !/^ariflow-[a-z]+-[0-9a-f]{8}-/.test(id))).toEqual([]);
    expect(ids.filter((id, index) => ids.indexOf(id) < index)).toEqual([]);
  });

  test('without a call is passed over where it needs one, and runs where it does not', async () => {
    const given = givenCall();
    const { actions: checked } = checkFlow([{ id: 'it', type: action.type, option: action.example }], {
      get: (type: string) => (type === action.type ? { ...action, targets: [] } : undefined),
    } as typeof catalogue);
    const { asked } = given.asterisk;
    const activeflow = given.activeflows.start({ id: '', actions: checked });
    await pass(120_000);
    expect(given.activeflows.get(activeflow.id)).toBeUndefined();
    expect(given.asterisk.asked).toEqual(asked);
    if (action.needs !== 'nothing') expect(given.failures).toEqual([]);
    given.hangup();
    await pass();
  });
});

/** Every `option` example of the seed, word for word. */
const seedExamples: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['agent_call', { agent_id: 'eb1ac5c0-ff63-47e2-bcdb-5da9c336eb4b' }],
  ['amd', { machine_handle: 'hangup', async: true }],
  ['answer', {}],
  ['beep', {}],
  [
    'branch',
    {
      default_target_id: 'ed9705ca-c524-11ec-a3fb-8feb7731ad45',
      target_ids: {
        '1': 'c3eb8e62-c524-11ec-94c5-abafec8af561',
        '2': 'dc87123e-c524-11ec-89c6-5fb18da14034',
        '3': 'e70fb030-c524-11ec-b657-ebec72f097ef',
      },
    },
  ],
  [
    'call',
    {
      source: { type: 'tel', target: '+821100000001' },
      destinations: [{ type: 'tel', target: '+821100000002' }],
      actions: [{ type: 'talk', option: { text: 'hello, this is test message.', language: 'en-US' } }],
      chained: false,
    },
  ],
  ['condition_call_digits', { length: 10, false_target_id: 'e3e50e6c-9c8b-11ec-8031-0384a8fcd1e2' }],
  [
    'condition_call_status',
    { status: 'progressing', false_target_id: 'e3e50e6c-9c8b-11ec-8031-0384a8fcd1e2' },
  ],
  [
    'condition_datetime',
    {
      condition: '>=',
      minute: 0,
      hour: 8,
      day: -1,
      month: 0,
      weekdays: [],
      false_target_id: 'd08582ee-1b3d-11ed-a43e-9379f27c3f7f',
    },
  ],
  [
    'condition_variable',
    {
      condition: '==',
      variable: 'voipbin.call.source.target',
      value_type: 'string',
      value_string: '+821100000001',
      false_target_id: 'fb2f4e2a-b030-11ed-bddb-976af892f5a3',
    },
  ],
  ['conference_join', { conference_id: '367e0e7a-3a8c-11eb-bb08-f3c3f059cfbe' }],
  [
    'connect',
    {
      source: { type: 'tel', target: '+11111111111111' },
      destinations: [{ type: 'tel', target: '+222222222222222' }],
    },
  ],
  [
    'conversation_send',
    {
      conversation_id: 'b5ef5e64-f7ca-11ec-bbe9-9f74186a2a72',
      text: 'hello world, this is test message.',
      sync: false,
    },
  ],
  ['digits_receive', { duration: 10000, length: 3, key: '#' }],
  ['digits_send', { digits: '1234567890', duration: 500, interval: 500 }],
  ['echo', { duration: 30000 }],
  ['fetch', { event_method: 'POST', event_url: 'https://webhook.site/e47c9b40-662c-4d20-a288-6777360fa211' }],
  ['fetch_flow', { flow_id: '212a32a8-9529-11ec-8bf0-8b89df407b6e' }],
  ['goto', { target_id: 'ca4ddd74-9c8d-11ec-818d-d7cf1487e8df', loop_count: 2 }],
  ['hangup', {}],
  ['hangup_relay', { reference_id: 'b8573f30-b031-11ed-ac05-3bc9a62e64c3' }],
  [
    'play',
    {
      stream_urls: [
        'https://github.com/pchero/asterisk-medias/raw/master/samples_codec/pcm_samples/example-mono_16bit_8khz_pcm.wav',
      ],
    },
  ],
  ['queue_join', { queue_id: '99bf739a-932f-433c-b1bf-103d33d7e9bb' }],
  ['recording_start', { format: 'wav' }],
  ['recording_stop', {}],
  ['stream_echo', { duration: 10000 }],
  [
    'talk',
    {
      text: 'Hello. Welcome to voipbin. This is test message. Please enjoy the voipbin service. Thank you. Bye',
      language: 'en-US',
    },
  ],
  ['transcribe_recording', { language: 'en-US', provider: 'gcp', direction: 'both' }],
  ['transcribe_start', { language: 'en-US', provider: 'gcp', direction: 'both' }],
  ['transcribe_stop', {}],
  ['variable_set', { key: 'Provider name', value: 'voipbin' }],
  [
    'webhook_send',
    {
      sync: true,
      uri: 'https://test.com',
      method: 'POST',
      data_type: 'application/json',
      data: '{"destination_number": "${voipbin.call.destination.target}", "source_number": "${voipbin.call.source.target}"}',
    },
  ],
];

describe('the example of the seed', () => {
  test('is tried for each of its actions', () => {
    expect(seedExamples).toHaveLength(32);
    expect(seedExamples.flatMap(([type]) => (catalogue.has(type) ? [] : [type]))).toEqual([]);
  });

  test('of a whole action, with its id and without a next one, is valid', () => {
    const option = seedExamples.find(([type]) => type === 'call')?.[1];
    const id = 'e34ab97a-c53a-4eb4-aebf-36767a528f00';
    const next_id = '00000000-0000-0000-0000-000000000000';
    const { problems, actions: checked } = checkFlow([{ id, next_id, type: 'call', option }], catalogue);
    expect(problems).toEqual([]);
    expect(checked).toMatchObject([{ id, next_id, type: 'call' }]);
  });

  test.each(seedExamples)('is valid: %s', (type, option) => {
    expect(catalogue.get(type)?.option.safeParse(option)).toMatchObject({ success: true });
  });
});
