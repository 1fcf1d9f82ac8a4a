import { timeText } from './format.ts';

/** What has a list and pages of its own, beside live calls: what the page knows of it is here, all else is in the API's description. */
export interface Resource {
  /** In addresses, ours and the API's. */
  readonly path: string;
  readonly title: string;
  /** One of them. */
  readonly one: string;
  /** What a list shows. */
  readonly columns: readonly string[];
  /** By which one is known; the first that is not empty. */
  readonly names: readonly string[];
  /** Lists of other things that belong to one: the path of the list, the parameter that names it. */
  readonly lists?: readonly { readonly path: string; readonly by: string }[];
  /** Whether one has no page, and what can be done with it stands in its line. */
  readonly isOnlyListed?: true;
  /** How one is made, where that is not said by `Create`. */
  readonly make?: string;
  /** Of the parts of a navigation. */
  readonly group: 'Calls' | 'People' | 'Media' | 'Lines' | 'Around';
}

export const resources: readonly Resource[] = [
  {
    path: 'calls',
    title: 'Calls',
    one: 'call',
    columns: ['tm_create', 'direction', 'source', 'destination', 'status', 'hangup_reason', 'tm_hangup'],
    names: ['id'],
    group: 'Calls',
  },
  {
    path: 'flows',
    title: 'Flows',
    one: 'flow',
    columns: ['name', 'detail', 'actions', 'tm_update'],
    names: ['name'],
    group: 'Calls',
  },
  {
    path: 'numbers',
    title: 'Numbers',
    one: 'number',
    columns: ['number', 'name', 'call_flow_id', 'schedule_id', 'tm_create'],
    names: ['number'],
    group: 'Calls',
  },
  {
    path: 'schedules',
    title: 'Schedules',
    one: 'schedule',
    columns: ['name', 'detail', 'timezone', 'periods', 'exceptions'],
    names: ['name'],
    group: 'Calls',
  },
  {
    path: 'queues',
    title: 'Queues',
    one: 'queue',
    columns: ['name', 'detail', 'routing_method', 'ring_timeout', 'tm_create'],
    names: ['name'],
    lists: [{ path: 'queuecalls', by: 'queue_id' }],
    group: 'People',
  },
  {
    path: 'queuecalls',
    title: 'Waiting calls',
    one: 'waiting call',
    columns: [
      'tm_create',
      'queue_id',
      'status',
      'reason',
      'duration_waiting',
      'duration_service',
      'service_agent_id',
    ],
    names: ['id'],
    group: 'People',
  },
  {
    path: 'agents',
    title: 'Agents',
    one: 'agent',
    columns: ['username', 'name', 'status', 'addresses', 'missed_calls'],
    names: ['name', 'username'],
    group: 'People',
  },
  {
    path: 'conferences',
    title: 'Conferences',
    one: 'conference',
    columns: ['name', 'detail', 'status', 'type', 'tm_create'],
    names: ['name'],
    lists: [{ path: 'conferencecalls', by: 'conference_id' }],
    group: 'People',
  },
  {
    path: 'messages',
    title: 'Messages',
    one: 'message',
    columns: ['tm_create', 'direction', 'source', 'targets', 'text'],
    make: 'Send',
    names: ['id'],
    group: 'People',
  },
  {
    path: 'recordings',
    title: 'Recordings',
    one: 'recording',
    columns: ['tm_start', 'reference_type', 'reference_id', 'status', 'duration', 'format'],
    names: ['id'],
    lists: [{ path: 'transcribes', by: 'reference_id' }],
    group: 'Media',
  },
  {
    path: 'mailboxes',
    title: 'Mailboxes',
    one: 'mailbox',
    columns: ['name', 'extension', 'detail', 'keep_days', 'tm_create'],
    names: ['name', 'extension'],
    lists: [{ path: 'voicemails', by: 'mailbox_id' }],
    group: 'Media',
  },
  {
    path: 'voicemails',
    title: 'Voicemails',
    one: 'voicemail',
    columns: ['tm_create', 'mailbox_id', 'source', 'status', 'duration'],
    names: ['id'],
    group: 'Media',
  },
  {
    path: 'transcribes',
    title: 'Transcribes',
    one: 'transcribe',
    columns: ['tm_create', 'reference_type', 'reference_id', 'status', 'language'],
    names: ['id'],
    lists: [{ path: 'transcripts', by: 'transcribe_id' }],
    group: 'Media',
  },
  {
    path: 'sounds',
    title: 'Sounds',
    one: 'sound',
    columns: ['name', 'language', 'duration', 'detail', 'tm_create'],
    names: ['name'],
    group: 'Media',
  },
  {
    path: 'extensions',
    title: 'Extensions',
    one: 'extension',
    columns: ['extension', 'name', 'status', 'calls', 'transport', 'tm_create'],
    names: ['extension'],
    group: 'Lines',
  },
  {
    path: 'trunks',
    title: 'Trunks',
    one: 'trunk',
    columns: ['name', 'uri', 'status', 'calls', 'configured', 'tm_create'],
    names: ['name'],
    group: 'Lines',
  },
  {
    path: 'chatbots',
    title: 'Chatbots',
    one: 'chatbot',
    columns: ['name', 'url', 'model', 'has_api_key'],
    names: ['name'],
    group: 'Around',
  },
  {
    path: 'webhooks',
    title: 'Webhooks',
    one: 'webhook',
    columns: ['name', 'uri', 'status', 'event_types', 'is_default'],
    names: ['name', 'uri'],
    lists: [{ path: 'deliveries', by: 'webhook_id' }],
    group: 'Around',
  },
  {
    path: 'deliveries',
    title: 'Deliveries',
    one: 'delivery',
    columns: ['type', 'webhook_id', 'state', 'attempts', 'http_status', 'error', 'tm_create', 'tm_next'],
    names: ['type'],
    isOnlyListed: true,
    group: 'Around',
  },
  {
    path: 'tokens',
    title: 'Tokens',
    one: 'token',
    columns: ['name', 'prefix', 'scopes', 'expires', 'tm_create'],
    names: ['name'],
    group: 'Around',
  },
];

/** Lists that are shown with what they belong to, and have no place in the navigation. */
const within: readonly Resource[] = [
  {
    path: 'conferencecalls',
    title: 'Calls in it',
    one: 'call in a conference',
    columns: ['tm_create', 'reference_id', 'status'],
    names: ['id'],
    group: 'People',
  },
  {
    path: 'transcripts',
    title: 'Transcripts',
    one: 'transcript',
    columns: ['tm_transcript', 'direction', 'message'],
    names: ['message'],
    group: 'Media',
  },
];

export function resourceOf(path: string): Resource | undefined {
  return [...resources, ...within].find((resource) => resource.path === path);
}

/** How something is called, by whatever it has for that. */
export function nameOf(path: string, thing: Readonly<Record<string, unknown>>): string {
  for (const key of resourceOf(path)?.names ?? ['name']) {
    const name = thing[key];
    if (typeof name === 'string' && name !== '' && key !== 'id') return name;
  }
  const { one = '' } = resourceOf(path) ?? {};
  const time = timeText(String(thing.tm_create ?? ''));
  return time === '–' ? String(thing.id ?? '') : `${one.slice(0, 1).toUpperCase()}${one.slice(1)}, ${time}`;
}

/** Where an id in a field leads: `call_flow_id` → `flows`. */
export function pathOfReference(key: string, thing?: Readonly<Record<string, unknown>>): string | undefined {
  if (key === 'reference_id') return pathOfType[String(thing?.reference_type ?? 'call')];
  const [, name] = /(?:^|_)([a-z]+)_ids?$/.exec(key) ?? [];
  return name === undefined ? undefined : pathOfName[name];
}

const pathOfType: Readonly<Record<string, string>> = { call: 'calls', recording: 'recordings' };

const pathOfName: Readonly<Record<string, string>> = {
  flow: 'flows',
  call: 'calls',
  queue: 'queues',
  agent: 'agents',
  conference: 'conferences',
  webhook: 'webhooks',
  schedule: 'schedules',
  mailbox: 'mailboxes',
  chatbot: 'chatbots',
  trunk: 'trunks',
  recording: 'recordings',
  transcribe: 'transcribes',
};
