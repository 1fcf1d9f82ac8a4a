/** What migration 0012 has changed, undone, in either database. */
export const withoutLiveStates: readonly string[] = [
  ...['calls', 'queuecalls', 'confbridges', 'conferencecalls', 'recordings'].map(
    (table) => `alter table ${table} drop column state`,
  ),
  'drop table external_medias',
  "delete from kysely_migration where name = '0012-live-states'",
];
