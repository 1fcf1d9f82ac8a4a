import { zeroId } from '../../../../src/core/clock.ts';
import type { WireTranscript } from '../transcript.ts';

/** What users make besides flows, its events, and what becomes of the deliveries. */
export async function resources(wire: WireTranscript): Promise<void> {
  await agents(wire);
  await queues(wire);
  await conferences(wire);
  await schedules(wire);
  await tokens(wire);
  await webhooks(wire);
  await givenUp(wire);
  await health(wire);
  await drained(wire);
  await extensions(wire);
  await trunks(wire);
  await wire.ask('listSpeechProviders');
}

const skill = '8b2cd1a3-3a8c-4c11-8b08-f3c3f059cfbe';

async function agents(wire: WireTranscript): Promise<void> {
  const addresses = [{ type: 'extension', target: '1001', name: 'desk' }];
  const body = { username: 'ann@clinic.example', name: 'Ann', permission: 2, tag_ids: [skill], addresses };
  const { id } = await wire.ask('createAgent', { body });
  await wire.ask('createAgent', { body });
  await wire.ask('createAgent', { body: { username: 'no blanks', addresses: [{ type: 'x' }] } });
  await wire.ask('updateAgent', { path: { id }, body: { ring_method: 'linear', call_waiting: true } });
  await wire.ask('setAgentStatus', { path: { id }, body: { status: 'away' } });
  await wire.ask('getAgent', { path: { id } });
  await wire.ask('listAgents');
  await wire.ask('deleteAgent', { path: { id } });
  await wire.ask('deleteAgent', { path: { id } });
  await wire.quiet();
}

async function extensions(wire: WireTranscript): Promise<void> {
  const body = { extension: '2001', name: 'Ann', password: 'correct-horse', codecs: ['alaw'] };
  const { id } = await wire.ask('createExtension', { body });
  await wire.ask('createExtension', { body });
  await wire.ask('createExtension', { body: { extension: 'ann', password: 'short', transport: 'x' } });
  await wire.ask('updateExtension', { path: { id }, body: { name: 'Bob', max_contacts: 1 } });
  await wire.ask('updateExtension', { path: { id }, body: { password: 'another-horse' } });
  await wire.ask('getExtension', { path: { id } });
  await wire.ask('listExtensionRegistrations', { path: { id } });
  await wire.ask('listExtensions', { query: '?page_size=1' });
  await wire.ask('deleteExtension', { path: { id } });
  await wire.ask('deleteExtension', { path: { id } });
  await wire.quiet();
}

async function trunks(wire: WireTranscript): Promise<void> {
  const account = { username: 'us', password: 'their-secret', register: true };
  const rules = [{ prefix: '+49', strip: 3, prepend: '0' }];
  const body = { name: 'north', uri: 'sip:192.0.2.1:5070', ...account, prefixes: rules };
  const { id } = await wire.ask('createTrunk', { body });
  await wire.ask('createTrunk', { body: { name: 'x', uri: 'tel:1', prefixes: [{ prefix: 'a' }] } });
  await wire.ask('updateTrunk', { path: { id }, body: { register: false, password: '', channels: 2 } });
  await wire.ask('getTrunk', { path: { id } });
  await wire.ask('listTrunks', { query: '?page_size=1' });
  await wire.ask('deleteTrunk', { path: { id } });
  await wire.ask('deleteTrunk', { path: { id } });
  await wire.quiet();
}

async function queues(wire: WireTranscript): Promise<void> {
  const body = { name: 'sales', tag_ids: [skill], wait_timeout: 60_000, leave_when_empty: true };
  const { id } = await wire.ask('createQueue', { body });
  await wire.ask('createQueue', { body: { name: 'bare' } });
  await wire.ask('updateQueue', { path: { id }, body: { routing_method: 'random', wrap_up: 5_000 } });
  await wire.ask('updateQueue', { path: { id }, body: { ring_timeout: 1 } });
  await wire.ask('getQueue', { path: { id } });
  await wire.ask('listQueues', { query: '?page_size=1' });
  await wire.ask('deleteQueue', { path: { id } });
  await wire.quiet();
}

async function conferences(wire: WireTranscript): Promise<void> {
  const body = {
    name: 'round',
    detail: 'of Mondays',
    data: { room: '4.12' },
    timeout: 3_600,
    max_members: 5,
  };
  const conference = await wire.ask('createConference', { body });
  const { id } = conference;
  await wire.ask('updateConference', { path: { id }, body: { type: 'connect', name: 'round table' } });
  await wire.ask('getConference', { path: { id } });
  await wire.ask('listConferences');
  await wire.ask('talkToConference', { path: { id }, body: { text: 'Is anybody there?' } });
  await wire.ask('startRecordingConference', { path: { id } });
  await wire.ask('stopRecordingConference', { path: { id } });
  await wire.ask('getConfbridge', { path: { id: conference.confbridge_id } });
  await wire.ask('deleteConference', { path: { id } });
  await wire.ask('deleteConference', { path: { id } });
  const confbridge = await wire.ask('createConfbridge', { body: { type: 'connect' } });
  await wire.ask('updateConfbridge', { path: { id: confbridge.id }, body: { max_members: 2 } });
  await wire.ask('getConfbridge', { path: { id: confbridge.id } });
  await wire.ask('listConfbridges');
  await wire.ask('deleteConfbridge', { path: { id: confbridge.id } });
  await wire.quiet();
}

async function schedules(wire: WireTranscript): Promise<void> {
  const periods = [
    { days: ['mon', 'tue'], from: '08:30', to: '17:00' },
    { days: ['fri'], from: '22:00', to: '02:00' },
  ];
  const exceptions = [
    { date: '2026-12-24', name: 'Christmas Eve', periods: [{ from: '08:30', to: '12:00' }] },
    { date: '--12-25', closed: true },
  ];
  const body = { name: 'hours', timezone: 'Europe/Berlin', periods, exceptions };
  const { id } = await wire.ask('createSchedule', { body });
  const wrong = [{ days: ['someday'], from: '25:00', to: '9' }];
  await wire.ask('createSchedule', { body: { timezone: 'Mars/Olympus', periods: wrong } });
  await wire.ask('updateSchedule', { path: { id }, body: { exceptions: [{ date: '2026-02-30' }] } });
  await wire.ask('updateSchedule', { path: { id }, body: { name: 'opening hours' } });
  await wire.ask('getSchedule', { path: { id } });
  await wire.ask('listSchedules');
  for (const time of ['2026-12-21 08:00:00', '2026-12-24 12:00:00'])
    await wire.ask('getOpening', { path: { id }, query: `?time=${encodeURIComponent(time)}` });
  await wire.ask('createNumber', { body: { number: '4711', schedule_id: id } });
  await wire.ask('deleteSchedule', { path: { id } });
  await wire.ask('deleteSchedule', { path: { id }, query: '?force=true' });
}

async function tokens(wire: WireTranscript): Promise<void> {
  const body = { name: 'board', scopes: ['read'], expires: '2036-01-01 00:00:00' };
  const { id, token } = await wire.ask('createToken', { body });
  await wire.ask('createToken', { body: { name: 'late', expires: '2020-01-01 00:00:00' } });
  await wire.ask('getToken', { path: { id } });
  await wire.ask('listTokens');
  await wire.ask('listFlows', { token });
  await wire.ask('createFlow', { token, body: { name: 'x' } });
  await wire.ask('deleteToken', { path: { id } });
  await wire.ask('listFlows', { token });
}

async function webhooks(wire: WireTranscript): Promise<void> {
  const auth = { type: 'basic', username: 'u', password: 'p' };
  const uri = `${wire.sink.url}/some`;
  const { id } = await wire.ask('createWebhook', {
    body: { name: 'some', uri, event_types: ['agent_created'] },
  });
  await wire.ask('createWebhook', {
    body: { uri: 'ftp://x', event_types: ['agent_create'], secret: 'mine' },
  });
  await wire.ask('createWebhook', {
    body: { uri: 'http://10.0.0.1/', name: 'a network that is not allowed' },
  });
  await wire.ask('updateWebhook', { path: { id }, body: { auth, method: 'PUT', secret: 'second' } });
  await wire.ask('getWebhook', { path: { id } });
  await wire.ask('listWebhooks');
  wire.sink.respondTo('webhook_test', { status: 503 }, 1);
  for (const _ of ['refused', 'taken']) await wire.ask('testWebhook', { path: { id }, vague: ['duration'] });
  await wire.ask('createAgent', { body: { username: 'bob' } });
  await wire.quiet();
  const { result } = await wire.ask('listWebhookDeliveries', { path: { id } });
  // A retry that is under way while it is answered.
  wire.sink.respondTo(({ path }) => path === '/some', { delay: 200 });
  await wire.ask('retryDelivery', { path: { id: result[0].id } });
  await wire.quiet();
  await wire.ask('listDeliveries', { query: `?webhook_id=${id}&state=delivered` });
  await wire.ask('recoverWebhook', { path: { id }, body: { since: '2022-04-11 00:23:54' } });
  await wire.ask('listDeliveries', { query: `?webhook_id=${id}&call_id=${zeroId}` });
  await wire.ask('updateWebhook', { path: { id }, body: { is_default: true } });
  await wire.ask('createFlow', { body: { name: 'told', end_webhook: true } });
  await wire.ask('deleteWebhook', { path: { id } });
  await wire.ask('deleteWebhook', { path: { id }, query: '?force=true' });
}

/** An endpoint says that it is no more. */
async function givenUp(wire: WireTranscript): Promise<void> {
  const body = { name: 'gone', uri: `${wire.sink.url}/gone`, event_types: ['agent_*'] };
  const { id } = await wire.ask('createWebhook', { body });
  wire.sink.respondTo(({ path }) => path === '/gone', { status: 410 });
  await wire.ask('createAgent', { body: { username: 'carol' } });
  await wire.told('webhook_disabled', (data) => data.id === id);
  await wire.quiet();
  const { result } = await wire.ask('listWebhookDeliveries', { path: { id } });
  await wire.ask('retryDelivery', { path: { id: result[0].id } });
  await wire.ask('recoverWebhook', { path: { id }, body: { since: '2022-04-11 00:23:54' } });
  await wire.ask('getWebhook', { path: { id } });
}

async function health(wire: WireTranscript): Promise<void> {
  for (const operation of ['getHealth', 'getReadiness', 'getMetrics'])
    await wire.ask(operation, { token: '' });
}

/** New calls are kept out for a while. */
async function drained(wire: WireTranscript): Promise<void> {
  await wire.ask('startDrain');
  await wire.ask('getReadiness', { token: '' });
  await wire.ask('startActiveflow', { body: { actions: [{ type: 'sleep' }] } });
  await wire.ask('getDrain');
  await wire.ask('endDrain');
}
