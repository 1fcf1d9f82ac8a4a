import { type AgentRecord, agentDefaults } from '../agents/agent-record.ts';
import { conferenceDefaults } from '../conferences/conference-record.ts';
import { neverTime, zeroId } from '../core/clock.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import { listsIn } from '../flows/advice/list.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { objectIn, type ReferenceKind } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';
import { queueDefaults } from '../queues/queue-record.ts';
import type { Installation } from '../simulator/installation.ts';

/** What there is, and in place of what the flow names that is not there something plain of its kind. */
export function madeUp(
  actions: readonly ActionJson[],
  there: Installation,
  catalogue: ActionCatalogue,
  caller: string,
): Installation {
  const named = (kind: ReferenceKind, known: readonly { readonly id: string }[]): readonly string[] => {
    const lists = [actions, ...there.flows.map((flow) => flow.actions)];
    const ids = lists
      .flatMap((list) => listsIn(list, catalogue, 'actions'))
      .flatMap((list) => list.actions.flatMap(({ type, option }) => type.refersTo(option)))
      .flatMap((reference) => (reference.kind === kind ? [reference.id.toLowerCase()] : []));
    return [...new Set(ids)].filter(
      (id) => id !== zeroId && !known.some((one) => one.id.toLowerCase() === id),
    );
  };
  const phones = [actions, ...there.flows.map((flow) => flow.actions)]
    .flatMap((list) => listsIn(list, catalogue, 'actions'))
    .flatMap((list) => list.actions.flatMap(({ type, option }) => phoneOfBox(type.type, option, caller)))
    .filter((phone) => !there.mailboxes.some(({ extension }) => extension === phone));
  const queues = named('queue', there.queues);
  const agents = named('agent', there.agents);
  const helper = derivedUuid('explore', 'agent');
  return {
    ...there,
    flows: [...there.flows, ...named('flow', there.flows).map((id) => ({ id, actions: [] }))],
    schedules: [...there.schedules, ...named('schedule', there.schedules).map(schedule)],
    queues: [...there.queues, ...queues.map(queue)],
    agents: [...there.agents, ...[...agents, ...(queues.length > 0 ? [helper] : [])].map(agent)],
    conferences: [...there.conferences, ...named('conference', there.conferences).map(conference)],
    mailboxes: [
      ...there.mailboxes,
      ...named('mailbox', there.mailboxes).map((id) => mailbox(id)),
      ...[...new Set(phones)].map((phone) => mailbox(derivedUuid('explore', 'mailbox', phone), phone)),
    ],
    chatbots: [...there.chatbots, ...named('chatbot', there.chatbots).map(chatbot)],
    webhooks: [...there.webhooks, ...named('webhook', there.webhooks).map(webhook)],
  };
}

/** Whose mailbox an action opens that names it by a phone; a value of a variable is taken for that of the caller. */
function phoneOfBox(type: string, option: unknown, caller: string): readonly string[] {
  const { extension } = objectIn(option);
  if (!boxes.has(type) || typeof extension !== 'string' || extension === '') return [];
  return [extension.includes('${') ? caller : extension];
}

const boxes = new Set(['mailbox', 'voicemail']);

/** Long ago. */
const birth = '2020-01-01 00:00:00.000000';
const times = { tm_create: birth, tm_update: birth, tm_delete: neverTime };
const record = { customer_id: zeroId, name: '', detail: '', ...times };

/** Open on weekdays from eight to five. */
function schedule(id: string): Installation['schedules'][number] {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
  return { ...record, id, timezone: 'UTC', periods: [{ days, from: '08:00', to: '17:00' }], exceptions: [] };
}

/** Whoever nobody takes leaves it after a minute. */
function queue(id: string): Installation['queues'][number] {
  return {
    ...{ ...record, ...queueDefaults, id, routing_method: 'longest_idle', tag_ids: [], wait_flow_id: zeroId },
    ...{ wait_timeout: 60_000, service_timeout: 0, ring_timeout: 20_000, retry_delay: 5_000, wrap_up: 0 },
  };
}

function agent(id: string): AgentRecord {
  const address = {
    type: 'extension',
    target: `agent-${id.slice(0, 8)}`,
    target_name: '',
    name: '',
    detail: '',
  } as const;
  return {
    ...{
      ...agentDefaults,
      id,
      username: '',
      name: '',
      detail: '',
      ring_method: 'ringall',
      status: 'available',
    },
    ...{ permission: 0, tag_ids: [], addresses: [address], ...times },
  };
}

function conference(id: string): Installation['conferences'][number] {
  return {
    ...{
      ...record,
      ...conferenceDefaults,
      id,
      type: 'conference',
      status: 'progressing',
      data: {},
      timeout: 0,
    },
    ...{ pre_flow_id: zeroId, post_flow_id: zeroId, tm_end: neverTime, max_members: 0 },
    confbridge_id: derivedUuid('explore', 'confbridge', id),
  };
}

function mailbox(id: string, extension = ''): Installation['mailboxes'][number] {
  return {
    ...{
      ...record,
      id,
      extension,
      greeting: '',
      language: 'en-US',
      max_messages: 100,
      max_duration: 120,
    },
    ...{ keep_days: 0, pin_hash: '', pin: '', wrong_pins: 0, tm_unlock: neverTime },
  };
}

function chatbot(id: string): Installation['chatbots'][number] {
  return { id, url: 'https://chatbot.example', model: '', prompt: '', voice: '', apiKey: '' };
}

function webhook(id: string): Installation['webhooks'][number] {
  return { id, uri: 'https://webhook.example', method: 'POST', auth: { type: 'none' }, sign: () => ({}) };
}
