/** A kind of resource that is kept as files: a folder of them, one file each. */
export interface Kind {
  /** The folder of its files, and its path in the API: `queues`. */
  readonly folder: string;
  /** One of them: `queue`. */
  readonly what: string;
  /** The field that is its name: unique among the files, and by it a file finds what the daemon has. */
  readonly key: string;
}

/**
 * In the order in which they are made: each after what it may point to. Flows are the exception: all kinds point to flows and
 * flows to all kinds, so new ones are made empty first, and filled when everything else is there; numbers come last, since with
 * them it rings.
 */
export const kinds: readonly Kind[] = [
  { folder: 'schedules', what: 'schedule', key: 'name' },
  { folder: 'chatbots', what: 'chatbot', key: 'name' },
  { folder: 'extensions', what: 'extension', key: 'extension' },
  { folder: 'trunks', what: 'trunk', key: 'name' },
  { folder: 'agents', what: 'agent', key: 'username' },
  { folder: 'mailboxes', what: 'mailbox', key: 'name' },
  { folder: 'queues', what: 'queue', key: 'name' },
  { folder: 'conferences', what: 'conference', key: 'name' },
  { folder: 'webhooks', what: 'webhook', key: 'name' },
  { folder: 'flows', what: 'flow', key: 'name' },
  { folder: 'numbers', what: 'number', key: 'number' },
];

const byFolder = new Map(kinds.map((kind) => [kind.folder, kind]));
const byWhat = new Map(kinds.map((kind) => [kind.what, kind]));

export function kindOf(folder: string): Kind | undefined {
  return byFolder.get(folder);
}

/** Which kind a field points to: `wait_flow_id` and `flow_ids` to flows. */
export function kindPointedTo(field: string): Kind | undefined {
  const [, what] = /(?:^|_)([a-z]+)_ids?$/.exec(field) ?? [];
  return what === undefined ? undefined : byWhat.get(what);
}
