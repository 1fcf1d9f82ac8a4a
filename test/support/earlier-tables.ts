/** What migration 0012 and those after it have changed, undone, in either database. */
export const withoutLiveStates: readonly string[] = [
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
