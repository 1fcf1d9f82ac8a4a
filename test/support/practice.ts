import { randomUUID } from 'node:crypto';
import { loadSecrets } from '../../src/config/secrets.ts';
import { answering } from './answering.ts';
import { wavTone } from './audio-files.ts';
import { CallCentre } from './call-centre.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { sayNumbers } from './spoken-numbers.ts';
import type { System } from './system.ts';
import type { TranscriptionServer } from './transcription-server.ts';
import { eventually, until } from './until.ts';

/** What everything is called, so that a test can call it by worse names. */
export interface Wording {
  /** Of the flow, the queue, the agent, whatever has a name. */
  readonly name: (what: string) => string;
  readonly note: string;
  /** What callers say. */
  readonly said: string;
  /** How the caller is called who has been heard. */
  readonly callerName: string;
  /** What the From of this caller says, as it stands in a URI. */
  readonly number: (user: string) => string;
  /** What the endpoint answers that takes nothing. */
  readonly answer: string;
  /** Tells several practices on one system apart: with it their numbers begin. */
  readonly prefix: string;
}

export const plainWording: Wording = {
  name: (what) => what,
  note: 'Asked by whoever calls. See https://example.com/practice.',
  said: 'Good morning, I would like to see the dentist this week.',
  callerName: 'Ada Lovelace',
  number: (user) => user,
  answer: 'no',
  prefix: '7',
};

/** Settings that a practice needs. */
export function practiceEnv({ url }: TranscriptionServer): Readonly<Record<string, string>> {
  return {
    ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8',
    ARIFLOW_OUTBOUND_CPS: '1000',
    ARIFLOW_WEBHOOK_SCHEDULE: '100ms',
    ARIFLOW_OPENAI_URL: url,
  };
}

/** Asterisk says so where an endpoint is made that nobody has registered, and where a conference is left in a prompt. */
export const ofPractices = [
  /Playback failed for sound/,
  /announcement_failed/,
  /web ?socket/i,
  /trunk/i,
  /agent_not_rung/,
  /webhook_(given_up|endpoint_down)/,
  /action_failed/,
  /no-such-sound/,
  /CallerID Name/,
];

interface Endpoint {
  readonly path: string;
  isAway: boolean;
}

/**
 * A dentist's, in the middle of a morning: of everything there is one at least, and calls go on. Two wait in the queue and one talks
 * with an agent, two are in a conference, one has been there, was recorded, written down and told of.
 */
export class Practice {
  /** Ids, by the paths of the API. */
  readonly ids: Readonly<Record<string, string>>;
  /** The first of them talks with the agent. */
  readonly waiting: readonly OutgoingCall[];
  readonly meeting: readonly OutgoingCall[];
  readonly wording: Wording;
  readonly #system: System;
  readonly #records: Endpoint;

  private constructor(
    system: System,
    records: Endpoint,
    parts: Pick<Practice, 'ids' | 'waiting' | 'meeting' | 'wording'>,
  ) {
    this.#system = system;
    this.#records = records;
    this.ids = parts.ids;
    this.waiting = parts.waiting;
    this.meeting = parts.meeting;
    this.wording = parts.wording;
  }

  static async open(
    system: System,
    speech: TranscriptionServer,
    wording: Wording = plainWording,
  ): Promise<Practice> {
    speech.says = wording.said;
    const made = makerFor(system);
    const ids: Record<string, string> = {};
    const keep = async (path: string, fields: object): Promise<string> => {
      ids[path] = await made(path, fields);
      return ids[path];
    };
    const { name, note: detail, number, prefix } = wording;
    // Before anything happens: what it is told of the first call, it does not take.
    const records: Endpoint = { path: `/records${prefix}`, isAway: true };
    system.sink.respondTo(({ path }) => path === records.path && records.isAway, {
      status: 500,
      body: wording.answer,
    });
    await keep('webhooks', {
      name: name('Patient records'),
      detail,
      uri: `${system.sink.url}${records.path}`,
      event_types: ['call_hungup', 'recording_updated'],
    });
    await keep('schedules', {
      name: name('Opening hours'),
      detail,
      timezone: 'Europe/Berlin',
      periods: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }],
      exceptions: [
        { date: '--12-24', name: name('Christmas Eve'), periods: [{ from: '08:00', to: '12:00' }] },
      ],
    });
    await keep('tokens', { name: name('Reports'), scopes: ['read'] });
    await keep('chatbots', {
      name: name('Reception at night'),
      detail,
      url: 'http://127.0.0.1:9/v1',
      model: 'small',
      prompt: detail,
    });
    await keep('extensions', { extension: `${prefix}001`, name: name('Front desk') });
    await keep('trunks', {
      name: name('Provider'),
      detail,
      uri: 'sip:127.0.0.1:9',
      username: '4989123',
      password: 'a secret',
    });
    ids.sounds = await uploaded(system, `welcome${prefix}`, name('Welcome'));
    const mailbox = await keep('mailboxes', { name: name('Out of hours'), detail, greeting: 'sound:beep' });
    const conference = await keep('conferences', { name: name('Team meeting'), detail });

    const centre = new CallCentre(system);
    // Of several practices each has its own people.
    const tag_ids = [randomUUID()];
    const agent = await centre.agent(answering({ tone: 1_200 }), {
      username: `grace${prefix}@example.com`,
      name: name('Grace Hopper'),
      detail,
      tag_ids,
    });
    ids.agents = agent.id;
    await made('agents', {
      username: `edith${prefix}@example.com`,
      name: name('Edith Clarke'),
      addresses: [],
      tag_ids,
    });
    const queue = await centre.queue({ name: name('Front desk'), detail, tag_ids });
    ids.queues = queue.id;

    const { callId, flowId } = await recordedCall(system, wording);
    ids.calls = callId;
    ids.flows = flowId;
    for (const path of ['recordings', 'transcribes']) ids[path] = await newest(system, path);
    ids.voicemails = await leaveWord(system, mailbox, wording);
    ids.numbers = await newest(system, 'numbers');
    ids.messages = await writtenTo(system, wording);

    await system.flowOn(`${prefix}100`, [
      { id: 'wait', type: 'queue_join', option: { queue_id: queue.id } },
      { id: 'end', type: 'hangup' },
    ]);
    const waiting: OutgoingCall[] = [];
    for (const caller of callers) {
      const phone = await system.caller(caller.user);
      const from = { user: number(caller.user), name: name(caller.name) };
      const call = await phone.call(`${prefix}100`, { from });
      await call.answered;
      waiting.push(call);
      if (waiting.length === 1) await centre.becomes(agent, 'busy');
    }
    await eventually(async () => (await waitingIn(system, queue.id)) === waiting.length - 1, {
      what: 'all but one to wait',
    });
    ids.queuecalls = await newest(system, 'queuecalls');
    const meeting = await meet(system, conference, wording);
    return new Practice(system, records, { ids, waiting, meeting, wording });
  }

  /** From now on the endpoint of `webhooks` takes what it is told. */
  endpointIsBack(): void {
    this.#records.isAway = false;
  }

  /** Everybody hangs up. */
  async close(): Promise<void> {
    for (const call of this.waiting) await call.close();
    for (const call of this.meeting) await call.close();
    await this.#system.quiet(ofPractices);
  }
}

/** Who calls the front desk, one after the other. */
const callers = [
  { user: '493055501', name: 'Charles Babbage' },
  { user: '493055502', name: 'Mary Somerville' },
  { user: '493055503', name: 'Michael Faraday' },
];

async function waitingIn(system: System, queueId: string): Promise<number> {
  const { body } = await system.api.get<{ waiting: number }>(`/v1.0/queues/${queueId}/statistics`);
  return body.waiting;
}

function makerFor(system: System) {
  return async (path: string, fields: object): Promise<string> => {
    const { status, body } = await system.api.post<{ id: string }>(`/v1.0/${path}`, fields);
    if (status !== 200) throw new Error(`no ${path}: ${JSON.stringify(body)}`);
    return body.id;
  };
}

async function newest(system: System, path: string): Promise<string> {
  const { body } = await system.api.get<{ result: readonly { readonly id: string }[] }>(`/v1.0/${path}`);
  const [first] = body.result;
  if (!first) throw new Error(`there are no ${path}`);
  return first.id;
}

/** A sound of two seconds, of 440 Hz. Answers its id. */
export async function uploaded(system: System, name: string, detail: string): Promise<string> {
  const query = new URLSearchParams({ name, detail, language: 'en' });
  const response = await fetch(`${system.daemon.url}/v1.0/sounds?${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${loadSecrets(system.asterisk.dataDir).api_token}`,
      'content-type': 'audio/wav',
    },
    body: new Uint8Array(wavTone({ rate: 16_000, frequency: 440, length: 2_000 })),
  });
  if (!response.ok) throw new Error(`no sound: ${await response.text()}`);
  return ((await response.json()) as { readonly id: string }).id;
}

/** A call that is recorded, written down, asked for a digit, and told to somebody who is not there. */
async function recordedCall(system: System, { name, note, callerName, number, prefix }: Wording) {
  const { sink } = system;
  sink.respondTo(({ path }) => path === '/patient', {
    body: JSON.stringify({ patient: { name: name('Ada') } }),
  });
  const flowId = await system.flowOn(`${prefix}200`, [
    { id: 'pick-up', type: 'answer' },
    { id: 'record', type: 'recording_start' },
    { id: 'listen', type: 'transcribe_start', option: { language: 'en-US', provider: 'openai' } },
    { id: 'tone', type: 'beep' },
    { id: 'ask', type: 'digits_receive', option: { length: 1, duration: 20_000 } },
    {
      id: 'look-up',
      type: 'webhook_send',
      option: {
        sync: true,
        uri: `${sink.url}/patient`,
        method: 'POST',
        data: '{"key": "${voipbin.call.digits}"}',
        notes: note,
      },
    },
    { id: 'keep', type: 'variable_set', option: { key: 'reason', value: name('appointment') } },
    { id: 'missing', type: 'play', option: { stream_urls: ['sound:no-such-sound'] } },
    { id: 'end', type: 'hangup' },
  ]);
  const { status } = await system.api.put(`/v1.0/flows/${flowId}`, {
    ...{ name: name('Front desk'), detail: note, trace: true },
  });
  if (status !== 200) throw new Error('the flow has no trace');
  const phone = await system.caller('4930123456');
  const call = await phone.call(`${prefix}200`, {
    from: { user: number('4930123456'), name: callerName },
  });
  await call.answered;
  const callId = await system.callTo(`${prefix}200`);
  await call.play(sayNumbers(1, 2, 3));
  await sink.waitFor(({ type, data }) => type === 'transcript_created' && data.reference_id === callId);
  await call.digits('4');
  await call.ended;
  await system.history(callId);
  await eventually(
    async () => {
      const { body } = await system.api.get<{ result: { state: string }[] }>(
        '/v1.0/deliveries?state=pending',
      );
      return body.result.length === 0;
    },
    { what: 'all that was told of it to be delivered or given up' },
  );
  return { callId, flowId };
}

async function leaveWord(system: System, mailboxId: string, { number, prefix }: Wording): Promise<string> {
  await system.flowOn(`${prefix}300`, [
    { type: 'voicemail', option: { mailbox_id: mailboxId, min_duration: 0 } },
    { type: 'hangup' },
  ]);
  const call = await (await system.caller('4930555')).call(`${prefix}300`, { from: number('4930555') });
  await call.answered;
  const callId = await system.callTo(`${prefix}300`);
  await system.sink.waitFor(({ type, data }) => type === 'recording_created' && data.reference_id === callId);
  await call.play(sayNumbers(4, 5, 6));
  await call.bye();
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'voicemail_created' && data.call_id === callId,
  );
  return String(data.id);
}

/** A text from a phone, and the answer that it got. */
async function writtenTo(system: System, { name, said, prefix }: Wording): Promise<string> {
  const number = `${prefix}600`;
  const made = makerFor(system);
  const message_flow_id = await made('flows', {
    name: name('Texts'),
    actions: [
      {
        type: 'conversation_send',
        option: { conversation_id: '${voipbin.message.conversation_id}', text: name('Monday at 9:30?') },
      },
    ],
  });
  await made('numbers', { number, name: name('Texts'), message_flow_id });
  const desk = await system.desk('1001');
  desk.takeTexts();
  await desk.register();
  const { status } = await desk.message(number, said);
  if (status !== 202) throw new Error(`the message was answered ${status}`);
  await until(() => desk.texts.length > 0, { what: 'the answer' });
  return newest(system, 'messages?direction=inbound');
}

/** Two who talk in a conference. */
async function meet(
  system: System,
  conferenceId: string,
  { name, number, prefix }: Wording,
): Promise<readonly OutgoingCall[]> {
  await system.flowOn(`${prefix}400`, [
    { type: 'conference_join', option: { conference_id: conferenceId } },
    { id: 'after', type: 'hangup' },
  ]);
  const calls: OutgoingCall[] = [];
  for (const [user, called] of [
    ['493060101', 'Emmy Noether'],
    ['493060102', 'Lise Meitner'],
  ] as const) {
    const phone = await system.caller(user);
    const call = await phone.call(`${prefix}400`, { from: { user: number(user), name: name(called) } });
    await call.answered;
    call.tone(500 + 100 * calls.length);
    calls.push(call);
  }
  const path = `/v1.0/conferences/${conferenceId}/participants`;
  await until(
    async () => (await system.api.get<{ result: unknown[] }>(path)).body.result.length === calls.length,
    { what: 'both to be in the conference' },
  );
  return calls;
}
