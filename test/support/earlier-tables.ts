/** What migration 0018 and those after it have changed, undone, in either database. */
export const withoutCallChannels: readonly string[] = [
  'drop table schedules',
  'drop table extensions',
  'drop table trunks',
  'drop table mailboxes',
  'drop table voicemails',
  ...['calls', 'flows', 'numbers', 'webhooks', 'agents', 'queues', 'conferences', 'chatbots'].map(
    (table) => `alter table ${table} drop column words`,
  ),
  'drop index calls_flow',
  'alter table calls drop column flow_id',
  'drop index calls_channel',
  'alter table calls drop column channel',
  ...['later_requests', 'later_calls'].flatMap((table) => [
    `drop index ${table}_due`,
    `create index ${table}_lease on ${table} (lease_until)`,
  ]),
  ...['newest', 'source', 'destination', 'flow'].map((name) => `drop index later_calls_${name}`),
  ...['source', 'destination', 'flow_id', 'words'].map(
    (column) => `alter table later_calls drop column ${column}`,
  ),
  ...[
    ...['activeflows_flow', 'conferencecalls_call', 'conferencecalls_status', 'queuecalls_status'],
    ...['conversations_source', 'conversations_destination'],
    ...['numbers_flow', 'agents_status', 'webhooks_status'],
    ...['deliveries_made', 'deliveries_newest', 'deliveries_dead'],
    ...['recordings_status', 'numbers_message_flow_id', 'numbers_closed_flow_id'],
  ].map((index) => `drop index ${index}`),
  ...[
    ...['activeflows.flow_id', 'conferencecalls.reference_id', 'conversations.source'],
    ...['conversations.destination', 'conversations.words', 'numbers.flow_id', 'agents.status'],
    ...['webhooks.status', 'tokens.words', 'messages.parties', 'messages.words'],
    ...['numbers.message_flow_id', 'numbers.closed_flow_id'],
  ].map((name) => `alter table ${name.replace('.', ' drop column ')}`),
  'create index deliveries_newest on deliveries (endpoint_id, seq)',
  `create index deliveries_settled on deliveries (created_at) where state <> 'pending'`,
  'drop index queuecalls_figures',
  ...['duration_waiting', 'duration_service', 'is_callback'].map(
    (column) => `alter table queuecalls drop column ${column}`,
  ),
  'drop table sounds',
  'drop table sound_audio',
  'drop table flow_revisions',
  'drop table flow_layouts',
  'drop table traces',
  "delete from kysely_migration where name >= '0018-call-channels'",
];

/** What migration 0012 and those after it have changed, undone, in either database. */
export const withoutLiveStates: readonly string[] = [
  ...withoutCallChannels,
  'drop table transcribes',
  'drop table transcripts',
  ...['calls', 'queuecalls', 'confbridges', 'conferencecalls', 'recordings'].map(
    (table) => `alter table ${table} drop column state`,
  ),
  'drop table external_medias',
  'drop table chatbots',
  'drop table messages',
  'drop table conversations',
  'drop table daemons',
  "delete from kysely_migration where name >= '0012-live-states'",
];
