import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { adviceOn } from '../../../src/flows/advice/advice.ts';
import { unknownReferences } from '../../../src/flows/advice/references.ts';
import { checkActions } from '../../../src/flows/flow.ts';
import { knownVariables } from '../../../src/flows/variable-table.ts';
import type { HearingRequest } from '../../../src/ports/hearing.ts';
import { ssmlProblem } from '../../../src/speech/ssml.ts';
import { catalogue, type WrittenAction } from '../../support/call-fixture.ts';

const voices = {
  isAvailable: (provider: string) => provider === 'local',
  providerOf: (voice: string) => (voice === 'Joanna' ? 'aws' : undefined),
  voiceProblem: (voice: string) => (voice === 'nobody' ? 'no such voice' : undefined),
  languageProblem: (language: string) => (language === 'xx-YY' ? 'no engine here speaks xx-YY' : undefined),
};

const advice = (...actions: WrittenAction[]) =>
  adviceOn(actions, { catalogue, voices }).map(({ path, message }) => `${path}: ${message}`);
const talk = (text: string, option: object = {}) => ({ type: 'talk', option: { text, ...option } });
const set = (key: string, value = 'x') => ({ type: 'variable_set', option: { key, value } });

test('the defaults of a flow are told of once, at their place', () => {
  const defaults = { language: 'xx-YY', voice: 'nobody', barge_in: false };
  const given = (actions: readonly unknown[], more: object) =>
    adviceOn(actions, { catalogue, voices, defaults: { ...defaults, ...more } }).map(({ path }) => path);
  expect(given([talk('a'), talk('b')], {})).toEqual(['defaults.language', 'defaults.voice']);
  expect(given([set('langauge', 'de-DE'), talk('a')], { language: '${language}', voice: 'Joanna' })).toEqual([
    'defaults.language',
    'defaults.voice',
  ]);
  expect(given([set('language', 'de-DE'), talk('a')], { language: '${language}', voice: '' })).toEqual([]);
});

describe('a name that nothing sets', () => {
  test('is told with its path, and with the one that may have been meant', () => {
    expect(advice(talk('${voipbin.call.digit} ${customer}'), set('custmer'))).toEqual([
      'actions[0].option.text: there is no variable `voipbin.call.digit`, did you mean voipbin.call.digits?',
      'actions[0].option.text: nothing in this flow sets `customer`: it is empty, unless given as `variables` to whatever starts it or set by another flow run in it, did you mean custmer?',
    ]);
    expect(advice({ type: 'branch', option: { variable: 'voipbin.digits' } })).toEqual([
      'actions[0].option.variable: there is no variable `voipbin.digits`',
    ]);
    const condition = { condition: '==', variable: 'order', value_string: '1', false_target_id: 'x' };
    expect(advice({ type: 'condition_variable', option: condition })).toEqual([
      expect.stringMatching(/^actions\[0\]\.option\.variable: nothing in this flow sets `order`/),
    ]);
    const deep = {
      destinations: [{ type: 'tel', target: '${nobody}' }],
      headers: [{ name: 'X-A', value: '${a}' }],
    };
    expect(advice({ type: 'connect', option: deep }).map((text) => text.split(':')[0])).toEqual([
      'actions[0].option.destinations[0].target',
      'actions[0].option.headers[0].value',
    ]);
  });

  test('is none that the table, the flow, a reply or an earlier flow sets', () => {
    const map = [{ variable: '$flow.key.list', path: '$.a' }];
    expect(
      advice(
        talk('${voipbin.amd.status} ${call.cli} ${flow.key.response_status} ${Provider name}'),
        talk('${voipbin.call.sip.header.X-Foo} ${user.key.name} ${flow.key.list_1} ${flow.key.list_size}'),
        { type: 'branch', option: {} },
        set('Provider name'),
        { type: 'webhook_send', option: { sync: true, uri: 'https://x.example', response: { map } } },
      ),
    ).toEqual([]);
  });

  test('is not complained of where a reply says its names, but for what looks like one of ours', () => {
    const reply = { type: 'webhook_send', option: { sync: true, uri: 'https://x.example' } };
    expect(advice(reply, talk('${customer.name} ${voipbin.call.id}'))).toEqual([]);
    expect(advice(reply, talk('${flow.key.respose_status} ${voipbin.cal.id}'))).toEqual([
      'actions[1].option.text: nothing here sets `flow.key.respose_status`, did you mean flow.key.response_status?',
      'actions[1].option.text: there is no variable `voipbin.cal.id`, did you mean voipbin.call.id?',
    ]);
    expect(advice({ ...reply, option: { uri: 'https://x.example' } }, talk('${customer}'))).toHaveLength(1);
    for (const open of [
      { type: 'fetch', option: { event_url: 'https://x.example' } },
      set('${voipbin.call.digits}'),
      {
        type: 'webhook_send',
        option: { sync: true, uri: 'https://x.example', response: { type: 'actions' } },
      },
    ])
      expect(advice(open, talk('${customer}'))).toEqual([]);
  });

  test('inside a call is one of the new call, whose variables are its own', () => {
    const call = {
      type: 'call',
      option: {
        destinations: [{ type: 'tel', target: '${number}' }],
        variables: { order: '${id}' },
        actions: [talk('${order} ${number} ${id} ${other}'), set('here'), talk('${here}')],
      },
    };
    expect(advice(set('number'), set('id'), call).map((text) => text.replace(/, which.*/, ''))).toEqual([
      'actions[2].option.actions[0].option.text: `number` is set around this call',
      'actions[2].option.actions[0].option.text: `id` is set around this call',
      expect.stringMatching(
        /\[0\]\.option\.text: nothing in this flow sets `other`: .* `variables` of this call/,
      ),
    ]);
  });
});

test('a placeholder that is none is told of', () => {
  expect(
    advice(talk('${voipbin.call.id'), talk('a ${} b'), talk('${a ${voipbin.call.id}'), talk('$5 {x}')),
  ).toEqual([
    'actions[0].option.text: `${` without a `}`: no value takes its place',
    'actions[1].option.text: `${}` names no variable: it stays as it is',
    'actions[2].option.text: `${` without a `}`: no value takes its place',
  ]);
  expect(advice(talk(`\${${'x'.repeat(129)}}`))).toEqual([expect.stringContaining('at most 128 characters')]);
});

describe('a comparison with what a variable never is', () => {
  const compare = (variable: string, value: object, condition = '==') =>
    advice({
      type: 'condition_variable',
      option: { condition, variable, false_target_id: 'x', ...value },
    });

  test('is told of, with what it can be', () => {
    expect(compare('voipbin.amd.status', { value_string: 'machine' })).toEqual([
      'actions[0].option.value_string: `voipbin.amd.status` is never "machine": it is `HUMAN`, `MACHINE`, `NOTSURE`, did you mean MACHINE?',
    ]);
    expect(compare('${voipbin.connect.status}', { value_string: 'no-answer' }, '!=')).toEqual([
      expect.stringContaining('did you mean noanswer?'),
    ]);
    expect(compare('voipbin.call.status', { value_type: 'number', value_number: 1 }, '>')).toEqual([
      expect.stringMatching(/^actions\[0\]\.option\.value_number: `voipbin\.call\.status` is never a number/),
    ]);
    expect(compare('voipbin.call.hold', { value_type: 'length', value_length: 3 })).toHaveLength(1);
    const targets = { '1': '', one: '', '#': '' };
    expect(advice({ type: 'branch', option: { target_ids: targets } })).toEqual([
      expect.stringMatching(/^actions\[0\]\.option\.target_ids\.one: `voipbin\.call\.digits` is never "one"/),
    ]);
    const nested = {
      destinations: [{ type: 'tel', target: '1' }],
      actions: [{ type: 'branch', option: { target_ids: { x: '' } } }],
    };
    expect(advice({ type: 'call', option: nested })).toEqual([
      expect.stringMatching(/^actions\[0\]\.option\.actions\[0\]\.option\.target_ids\.x: /),
    ]);
    expect(advice({ type: 'condition_call_digits', option: { key: 'four' } })).toHaveLength(1);
  });

  test('is none with what it can be, what is known later, an order, or a variable the flow sets itself', () => {
    expect(compare('voipbin.amd.status', { value_string: 'MACHINE' })).toEqual([]);
    expect(compare('voipbin.amd.status', { value_string: '' })).toEqual([]);
    expect(compare('voipbin.amd.status', { value_string: '${voipbin.call.id}' })).toEqual([]);
    expect(compare('voipbin.call.tm_create', { value_string: '2026' }, '>')).toEqual([]);
    expect(compare('voipbin.queuecall.position', { value_type: 'number', value_number: 3 }, '>')).toEqual([]);
    expect(compare('voipbin.call.digits', { value_type: 'number', value_number: 3 })).toEqual([]);
    expect(compare('voipbin.call.digits', { value_type: 'length', value_length: 4 })).toEqual([]);
    for (const [name, { isNumber }] of knownVariables)
      if (/_code$|duration$|position$|_seconds$/.test(name)) expect([name, isNumber]).toEqual([name, true]);
    expect(compare('call ${voipbin.amd.status}', { value_string: 'x' })).toEqual([]);
    expect(
      advice(set('flow.key.response_status'), {
        type: 'branch',
        option: { variable: 'flow.key.response_status', target_ids: { mine: '' } },
      }),
    ).toEqual([]);
  });
});

test('a number as it stands on a card is told of, and how it is written', () => {
  const option = {
    source: { type: 'tel', target: '+49 30 123' },
    destinations: [
      { type: 'tel', target: '+49 (0)30-12 34' },
      { type: 'tel', target: '+4930123' },
      { type: 'sip', target: 'some one' },
      { type: 'extension', target: '10 01' },
      { type: 'tel', target: '${number}' },
    ],
  };
  for (const type of ['connect', 'call'])
    expect(advice(set('number'), { type, option })).toEqual([
      'actions[1].option.source.target: a number is written without blanks or other signs between its digits: +4930123',
      'actions[1].option.destinations[0].target: a number is written without blanks or other signs between its digits: +490301234',
      'actions[1].option.destinations[3].target: a number is written without blanks or other signs between its digits: 1001',
    ]);
});

test('a language nobody speaks and a provider nobody can ask are told of', () => {
  expect(
    advice(talk('x', { language: 'xx-YY', provider: 'gcp' }), talk('x', { voice_id: 'Joanna' })),
  ).toEqual([
    'actions[0].option.language: no engine here speaks xx-YY',
    'actions[0].option.provider: there are no credentials for gcp here: the local engine speaks instead',
    expect.stringMatching(/^actions\[1\]\.option\.voice_id: a voice of aws, /),
  ]);
  expect(advice({ type: 'confbridge_join', option: { language: 'xx-YY' } })).toHaveLength(1);
  expect(advice(talk('x', { voice_id: 'nobody' }))).toEqual(['actions[0].option.voice_id: no such voice']);
  expect(advice(talk('x', { language: '${user.key.language}', provider: 'local' }))).toEqual([]);
  const prompts = [{ text: 'x' }, { text: 'y', language: 'xx-YY' }, { text: 'z', voice_id: 'nobody' }];
  const menu = { prompts, no_match_prompts: prompts.slice(0, 2), targets: { '1': 'a' }, provider: 'gcp' };
  expect(advice({ type: 'menu', option: menu })).toEqual([
    expect.stringMatching(/^actions\[0\]\.option\.provider: there are no credentials for gcp here/),
    'actions[0].option.prompts[1].language: no engine here speaks xx-YY',
    'actions[0].option.prompts[2].voice_id: no such voice',
    'actions[0].option.no_match_prompts[1].language: no engine here speaks xx-YY',
  ]);
});

describe('what nobody here can hear', () => {
  const asked: HearingRequest[] = [];
  const hearing = {
    problemOf: (request: HearingRequest) => {
      asked.push(request);
      const { language, provider, hints } = request;
      if (provider === 'aws') return new ActionError('UNKNOWN_PROVIDER', 'no aws', { path: 'provider' });
      if (language === 'xx-YY') return new ActionError('UNKNOWN_LANGUAGE', 'not that', { path: 'language' });
      if (hints.includes('zzz')) return new ActionError('HINTS_NEEDED', 'no word', { path: 'hints[0]' });
      return undefined;
    },
  };
  const heard = (...actions: WrittenAction[]) => {
    asked.length = 0;
    const told = adviceOn(actions, { catalogue, voices, hearing });
    return told.map(({ path, message }) => `${path}: ${message}`);
  };
  const chatbot_id = '0a5ae4f2-5e7c-4d1f-9d55-9a2f3c1f7c11';

  test('is told of, with its path, of every action that listens', () => {
    expect(
      heard(
        { type: 'transcribe_start', option: { language: 'xx-YY' } },
        { type: 'transcribe_recording', option: { provider: 'aws' } },
        { type: 'digits_receive', option: { input: ['dtmf', 'speech'], hints: { zzz: '1' } } },
        { type: 'chatbot_talk', option: { chatbot_id, stt_provider: 'aws' } },
      ),
    ).toEqual([
      'actions[0].option.language: not that',
      'actions[1].option.provider: no aws',
      'actions[2].option.hints: no word',
      'actions[3].option.stt_provider: no aws',
    ]);
    expect(asked[0]).toEqual({ language: 'xx-YY', provider: undefined, hints: [] });
    expect(asked[1]).toEqual({ language: 'en-US', provider: 'aws', hints: [] });
  });

  test('is not asked of what is known only later, nor where nobody listens', () => {
    expect(
      heard(
        { type: 'transcribe_start', option: { language: '${voipbin.call.id}', provider: 'aws' } },
        { type: 'transcribe_start', option: { language: 'en', provider: '${voipbin.call.id}' } },
        { type: 'transcribe_start', option: { language: 'en', hints: ['${voipbin.call.id}'] } },
        { type: 'transcribe_start', option: { language: 7 } },
        { type: 'digits_receive', option: { provider: 'aws' } },
      ),
    ).toEqual([]);
    expect(asked).toEqual([]);
  });
});

test('a path of a reply and SSML that are none are errors, wherever they stand', () => {
  const problems = (...actions: WrittenAction[]) =>
    checkActions(actions, { catalogue, checkSsml: ssmlProblem }).problems.map(({ path }) => path);
  const webhook = (type: string, ...paths: string[]) => ({
    type: 'webhook_send',
    option: {
      sync: true,
      uri: 'https://x.example',
      response: { type, map: paths.map((path) => ({ variable: 'a', path })) },
    },
  });
  expect(
    problems(
      webhook('json', '$.a[', 'data.b[0]', 'name', '$.${user.key.x}'),
      webhook('xml', '/a/b[', '//m:name', 'nonsense(/a)'),
    ),
  ).toEqual([
    'actions[0].option.response.map[0].path',
    'actions[0].option.response.map[2].path',
    'actions[1].option.response.map[0].path',
    'actions[1].option.response.map[2].path',
  ]);
  const inside = { destinations: [{ type: 'tel', target: '1' }], actions: [talk('<speak><audio/></speak>')] };
  expect(
    problems(
      talk('<speak>Hello</speak>'),
      talk('<speak>Hello'),
      talk('<speak>${user.key.name}</b></speak>'),
      talk('<speak>${user.key.name}<break time="${user.key.time}"/></speak>'),
      { type: 'call', option: inside },
      { type: 'conference_join', option: { conference_id: conference, announcement: '<speak><b/></speak>' } },
    ),
  ).toEqual([
    'actions[1].option.text',
    'actions[2].option.text',
    'actions[4].option.actions[0].option.text',
    'actions[5].option.announcement',
  ]);
});

const conference = '367e0e7a-3a8c-11eb-bb08-f3c3f059cfbe';
const id = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;

test('ids that lead to nothing are told of, each asked for once', async () => {
  const asked: string[] = [];
  const actions = [
    { type: 'fetch_flow', option: { flow_id: id(1) } },
    { type: 'queue_join', option: { queue_id: id(2).toUpperCase() } },
    { type: 'conference_join', option: { conference_id: id(3) } },
    { type: 'agent_call', option: { agent_id: id(4) } },
    { type: 'webhook_send', option: { webhook_id: id(5) } },
    {
      type: 'connect',
      option: {
        destinations: [
          { type: 'agent', target: id(4) },
          { type: 'tel', target: '1' },
        ],
      },
    },
    {
      type: 'call',
      option: {
        flow_id: id(1),
        destinations: [],
        actions: [{ type: 'fetch_flow', option: { flow_id: id(6) } }],
      },
    },
    set('flow.syskey.flowID', id(7)),
    { type: 'fetch_flow', option: { flow_id: '${user.key.flow}' } },
    { type: 'fetch_flow', option: { flow_id: '00000000-0000-0000-0000-000000000000' } },
  ];
  const found = await unknownReferences(actions, catalogue, async (kind, wanted) => {
    asked.push(`${kind} ${wanted}`);
    return wanted === id(6);
  });
  expect(asked).toEqual([
    `flow ${id(1)}`,
    `queue ${id(2)}`,
    `conference ${id(3)}`,
    `agent ${id(4)}`,
    `webhook ${id(5)}`,
    `flow ${id(7)}`,
    `flow ${id(6)}`,
  ]);
  expect(found.map(({ path }) => path)).toEqual([
    'actions[0].option.flow_id',
    'actions[1].option.queue_id',
    'actions[2].option.conference_id',
    'actions[3].option.agent_id',
    'actions[4].option.webhook_id',
    'actions[5].option.destinations[0].target',
    'actions[6].option.flow_id',
    'actions[7].option.value',
  ]);
  expect(found[0]?.message).toBe(`there is no flow ${id(1)}`);
});

test('no example of an action is warned of', () => {
  for (const { type, example } of catalogue.values())
    expect(advice({ type, option: example as Readonly<Record<string, unknown>> })).toEqual([]);
});

test('a flow full of long names that nobody sets is answered soon, with the first of them', () => {
  const text = Array.from({ length: 1_000 }, (_, index) => `\${${'x'.repeat(100)}${index}}`).join('');
  const short = Array.from({ length: 5_000 }, (_, index) => `\${some.long.name.${index}}`).join('');
  const sets = Array.from({ length: 900 }, (_, index) => set(`${'y'.repeat(50)}${index}`));
  const began = performance.now();
  expect(advice(...sets, talk(text))).toHaveLength(100);
  expect(advice(...sets, { type: 'fetch', option: { event_url: short } })).toEqual([]);
  expect(performance.now() - began).toBeLessThan(10_000); // compared one by one it would be minutes
});

test('a language nobody speaks is told of all that speak in one, and of none that only hear one', () => {
  const chatbot_id = '0a5ae4f2-5e7c-4d1f-9d55-9a2f3c1f7c11';
  const language = 'xx-YY';
  expect(
    advice(
      { type: 'chatbot_talk', option: { chatbot_id, language, stt_provider: 'gcp' } },
      { type: 'digits_receive', option: { input: ['speech'], language, provider: 'gcp' } },
      talk('hello', { language }),
    ),
  ).toEqual([
    'actions[0].option.language: no engine here speaks xx-YY',
    'actions[2].option.language: no engine here speaks xx-YY',
  ]);
});
