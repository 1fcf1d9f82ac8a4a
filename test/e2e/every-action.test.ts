import { afterAll, beforeAll, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import { wavTone } from '../support/audio-files.ts';
import { addressOf } from '../support/call-centre.ts';
import { ChatServer } from '../support/chat-server.ts';
import { chat } from '../support/fake-chatbots.ts';
import { GoogleSttServer } from '../support/google-stt-server.ts';
import { RtpHost } from '../support/media-hosts.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { type CloudServer, openServer } from '../support/speech/given-clouds.ts';
import { sayNumbers } from '../support/spoken-numbers.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { type WebhookRequest, WebhookSink } from '../support/webhook-sink.ts';

// One scenario with all there is: every action of the vocabulary runs on a call, and every event is told at least once.

/** The vocabulary of the flows, as its documentation lists it. */
const vocabulary =
  `agent_call amd answer beep branch call chatbot_talk condition_call_digits condition_call_status
  condition_datetime condition_variable confbridge_join conference_join connect conversation_send digits_receive digits_send
  echo external_media_start external_media_stop fetch fetch_flow goto hangup hangup_relay message_send play queue_join
  recording_start recording_stop sleep stop stream_echo talk transcribe_start transcribe_stop transcribe_recording variable_set
  webhook_send`.split(/\s+/);

/** The events that a webhook can be told. */
const events =
  `activeflow_created activeflow_updated activeflow_deleted call_created call_ringing call_answered call_updated
  call_hungup message_created message_updated message_deleted recording_created recording_updated recording_deleted
  transcribe_created transcribe_updated transcribe_deleted transcript_created queue_created queue_updated queue_deleted
  queuecall_created queuecall_entering queuecall_kicking queuecall_serviced queuecall_done queuecall_abandoned agent_created
  agent_updated agent_deleted agent_status_updated conference_created conference_updated conference_deleted
  confbridge_created confbridge_updated confbridge_deleted action_failed amd_finished digits_received external_media_started
  external_media_stopped external_media_failed webhook_disabled`.split(/\s+/);

let system: System;
let files: MediaServer;
/** The user's own server: lists of actions, webhooks of flows. */
let crm: WebhookSink;
let host: RtpHost;
let listener: GoogleSttServer;
let speakers: readonly CloudServer[];
let bot: ChatServer;

beforeAll(async () => {
  files = await MediaServer.open({ '/song.wav': { body: wavTone({ length: 300, frequency: 600 }) } });
  crm = await WebhookSink.open();
  host = await RtpHost.open();
  listener = await GoogleSttServer.open();
  listener.takesTorn = true;
  bot = await ChatServer.open();
  speakers = [await openServer('gcp'), await openServer('aws')];
  system = await System.start({
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8,+1',
      ARIFLOW_OUTBOUND_CPS: '1000',
      ARIFLOW_SMS_URL: `${crm.url}/sms`,
      ARIFLOW_STT_GOOGLE_ENDPOINT: listener.url,
      ARIFLOW_TTS_GOOGLE_ENDPOINT: speakers[0]?.url ?? '',
      ARIFLOW_TTS_AWS_ENDPOINT: speakers[1]?.url ?? '',
    },
  });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  for (const server of [files, host, listener, bot, ...(speakers ?? [])])
    await server?.[Symbol.asyncDispose]();
  await crm?.close();
});

interface Made {
  readonly id: string;
  readonly [field: string]: unknown;
}

async function made(path: string, fields: object): Promise<Made> {
  const { status, body } = await system.api.post<Made>(`/v1.0/${path}`, fields);
  expect({ path, status, body }).toMatchObject({ status: 200 });
  return body;
}

/** A phone that takes every call, is heard, and hangs up soon. */
async function callee(user: string): Promise<Phone> {
  const phone = await system.caller(user);
  phone.onInvite(answering({ ringFor: 100, tone: 1_200, hangUpAfter: 700 }));
  return phone;
}

interface Dialled {
  readonly call: OutgoingCall;
  readonly callId: string;
}

async function dial(number: string): Promise<Dialled> {
  const call = await (await system.caller(`caller-${number}`)).call(number);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

async function changed(path: string, fields: object): Promise<void> {
  expect(await system.api.put(`/v1.0/${path}`, fields)).toMatchObject({ status: 200 });
}

async function deleted(path: string): Promise<void> {
  expect(await system.api.delete(`/v1.0/${path}`)).toMatchObject({ status: 200 });
}

function actionOf({ type, data }: WebhookRequest): string {
  if (type !== 'activeflow_updated') return '';
  return (data.current_action as { readonly type: string }).type; // as REST shows it
}

/** Waits until a call's flow is at an action of this type. */
async function reached(callId: string, type: string): Promise<void> {
  await system.sink.waitFor((request) => request.data.reference_id === callId && actionOf(request) === type, {
    timeout: 60_000,
  });
}

/** What happens on the way, in the order of the flow: each of these waits until somebody does something. */
async function goThrough({ call, callId }: Dialled, { confbridge, conference }: Record<string, Made>) {
  await reached(callId, 'digits_receive');
  await call.digits('1');
  await system.sink.waitFor(
    ({ type, data }) => type === 'transcribe_created' && data.reference_id === callId,
  );
  const told = ({ type, data }: WebhookRequest) =>
    type === 'transcript_created' && data.reference_id === callId && /\bw[78]\b/.test(String(data.message));
  await call.play(sayNumbers(7, 8, 7, 8));
  await system.sink.waitFor(told, { timeout: 30_000 });
  await reached(callId, 'confbridge_join');
  await system.sink.waitFor(({ type, data }) => type === 'confbridge_updated' && data.id === confbridge?.id);
  await deleted(`confbridges/${confbridge?.id}?force=true`);
  await reached(callId, 'conference_join');
  await deleted(`conferences/${conference?.id}?force=true`);
}

test('every action of the vocabulary runs on a call, and every event is told', {
  timeout: 240_000,
}, async () => {
  const phone = await callee('callee');
  const desk = await callee('desk');
  const address = addressOf(phone);
  const source = { type: 'tel', target: '15551230000' };
  const mobile = { type: 'tel', target: '+15550001' };

  crm.respondTo(({ path }) => path === '/gone', { status: 410 });
  crm.respondTo(({ path }) => path === '/actions', { body: JSON.stringify([pause(1)]) });
  bot.answers(() => ({ pieces: [chat.text('Hello.'), chat.call('end_talk'), chat.end()] }));
  const gone = await made('webhooks', { uri: `${crm.url}/gone`, event_types: ['agent_created'] });
  const agent = await made('agents', { username: 'everybody', addresses: [addressOf(desk)] });
  await system.sink.waitFor(({ type, data }) => type === 'webhook_disabled' && data.id === gone.id);
  const queue = await made('queues', { name: 'all' });
  const conference = await made('conferences', { name: 'all' });
  const confbridge = await made('confbridges', {});
  const chatbot = await made('chatbots', { name: 'all', url: bot.url, prompt: 'Be short.' });
  const stored = await made('flows', { name: 'stored', actions: [pause(1)] });
  await made('numbers', { number: source.target });
  await made('messages/inbound', { source: mobile, destination: source, text: 'hello' });
  const { data: inbound } = await system.sink.waitFor(
    ({ type, data }) => type === 'message_created' && data.direction === 'inbound',
  );
  const [target] = inbound.targets as readonly { readonly conversation_id: string }[]; // of a message
  const conversation_id = target?.conversation_id;

  await system.flowOn('first', [
    { type: 'answer' },
    { type: 'variable_set', option: { key: 'seen', value: 'yes' } },
    {
      type: 'condition_variable',
      option: { condition: '==', variable: 'seen', value_string: 'yes', false_target_id: 'end' },
    },
    { type: 'condition_datetime', option: { condition: '>=', false_target_id: 'end' } },
    { type: 'condition_call_status', option: { status: 'progressing', false_target_id: 'end' } },
    { type: 'digits_receive', option: { duration: 20_000, length: 1 } },
    { type: 'condition_call_digits', option: { length: 1, false_target_id: 'end' } },
    { type: 'branch', option: { default_target_id: 'end', target_ids: { 1: 'again' } } },
    { id: 'again', type: 'talk', option: { text: 'One.', language: 'en-US', provider: 'gcp' } },
    { type: 'goto', option: { target_id: 'again', loop_count: 1 } },
    { type: 'talk', option: { text: 'Two.', language: 'en-US', provider: 'aws' } },
    { type: 'play', option: { stream_urls: [`${files.url}/song.wav`] } },
    { type: 'beep' },
    { type: 'digits_send', option: { digits: '12', duration: 100, interval: 50 } },
    { type: 'recording_start', option: { format: 'wav' } },
    { type: 'transcribe_start', option: { language: 'en-US', provider: 'gcp', direction: 'in' } },
    pause(4_000),
    { type: 'transcribe_stop' },
    { type: 'external_media_start', option: { external_host: host.host } },
    {
      type: 'external_media_start',
      option: { external_host: '127.0.0.1:1', encapsulation: 'audiosocket', transport: 'tcp' },
    },
    { type: 'echo', option: { duration: 300 } },
    { type: 'stream_echo', option: { duration: 300 } },
    { type: 'external_media_stop' },
    { type: 'recording_stop' },
    { type: 'transcribe_recording', option: { language: 'en-US', provider: 'gcp' } },
    { type: 'amd', option: { machine_handle: 'continue' } },
    { type: 'chatbot_talk', option: { chatbot_id: chatbot.id, language: 'en-US', duration: 30 } },
    { type: 'message_send', option: { source, destinations: [mobile], text: 'one' } },
    { type: 'conversation_send', option: { conversation_id, text: 'two', sync: true } },
    { type: 'fetch', option: { event_url: `${crm.url}/actions` } },
    { type: 'fetch_flow', option: { flow_id: stored.id } },
    { type: 'webhook_send', option: { sync: true, uri: `${crm.url}/sent`, data: '{}' } },
    { type: 'call', option: { source, destinations: [address], actions: [{ type: 'answer' }, pause(200)] } },
    { type: 'connect', option: { source, destinations: [address] } },
    { type: 'agent_call', option: { agent_id: agent.id } },
    { type: 'queue_join', option: { queue_id: queue.id } },
    { type: 'confbridge_join', option: { confbridge_id: confbridge.id } },
    { type: 'conference_join', option: { conference_id: conference.id } },
    { id: 'end', type: 'hangup' },
  ]);
  const first = await dial('first');
  await goThrough(first, { confbridge, conference });
  await system.history(first.callId);

  await system.flowOn('relay', [
    { type: 'answer' },
    { type: 'hangup_relay', option: { reference_id: first.callId } },
  ]);
  await system.flowOn('stop', [{ type: 'answer' }, { type: 'stop' }]);
  for (const number of ['relay', 'stop']) await system.history((await dial(number)).callId);

  await changed(`agents/${agent.id}/status`, { status: 'away' });
  await system.flowOn('wait', [{ type: 'queue_join', option: { queue_id: queue.id } }, pause(60_000)]);
  const { call, callId } = await dial('wait');
  const { data: queuecall } = await system.sink.waitFor(
    ({ type, data }) => type === 'queuecall_created' && data.reference_id === callId,
  );
  await made(`queuecalls/${queuecall.id}/kick`, {});
  await system.sink.waitFor(({ type, data }) => type === 'queuecall_abandoned' && data.id === queuecall.id);
  await call.bye();
  await system.history(callId);

  const changes = { agents: agent, queues: queue, conferences: await made('conferences', { name: 'other' }) };
  for (const [path, { id }] of Object.entries(changes)) await changed(`${path}/${id}`, { detail: 'changed' });
  for (const [path, { id }] of Object.entries(changes)) await deleted(`${path}/${id}?force=true`);
  await deleted(`messages/${String(inbound.id)}`);
  for (const kind of ['recording', 'transcribe']) {
    const { data } = await system.sink.waitFor(
      ({ type, data }) => type === `${kind}_updated` && data.status === 'done',
      { timeout: 60_000 },
    );
    await deleted(`${kind}s/${String(data.id)}`);
  }

  const { requests } = system.sink;
  const missing = (wanted: readonly string[], came: Iterable<string | undefined>): readonly string[] => {
    const all = new Set(came);
    return wanted.filter((name) => !all.has(name));
  };
  await until(() => missing(events, system.sink.types()).length === 0, {
    what: () => `these events: ${missing(events, system.sink.types()).join(', ')}`,
  });
  expect(missing(vocabulary, requests.map(actionOf))).toEqual([]);
  const failed = requests.filter(({ type }) => type === 'action_failed').map(({ data }) => data.code);
  expect(failed).toEqual([expect.stringMatching(/^(EXTERNAL_MEDIA_FAILED|UNREACHABLE)$/)]);
  await system.quiet([/action_failed/, /Playback failed for/, /web ?socket/i, /webhook_(disabled|given_up)/]);
});

function pause(duration: number): object {
  return { type: 'sleep', option: { duration } };
}
