import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Store } from '../storage/store.ts';
import { emptyInstallation, type Installation, type InstalledWebhook } from './installation.ts';

/** What is there of a daemon, as data. */
export type Belongings = Omit<Installation, 'webhooks'> & {
  readonly webhooks: readonly Omit<InstalledWebhook, 'sign'>[];
};

/** What it points to, and what that points to: so many ids are looked up. */
const most = 200;

const ids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export interface Wanting {
  /** Without it, what is on the number. */
  readonly flow?: FlowToRun | undefined;
  readonly number?: string;
  /** What the call has met, where it was one: ids stand in it too. */
  readonly met?: unknown;
}

/**
 * What of a daemon's store a call may come to: what its flow points to by an id, and what these point to; all agents, phones and
 * trunks.
 */
export async function belongingsOf(
  { flow, number = 'default', met }: Wanting,
  store: Store,
): Promise<Belongings> {
  const agents = await store.agents.all();
  const extensions = await store.extensions.all();
  const trunks = await store.trunks.all();
  const dialled = flow ? [] : [await store.numbers.byNumber(number), await store.numbers.byNumber('default')];
  const numbers = dialled.filter((each) => each !== undefined);
  const found = new Found(store);
  await found.follow([flow, numbers, met]);
  return {
    ...emptyInstallation,
    ...{ agents, numbers, ...found.records },
    extensions: extensions.map(({ id, extension }) => ({ id, extension })),
    trunks: trunks.map((trunk) => ({ ...trunk, password: '' })),
  };
}

/** What was found by the ids that stand somewhere. */
class Found {
  readonly #store: Store;
  readonly #seen = new Set<string>();
  readonly #records = {
    flows: [] as Belongings['flows'][number][],
    schedules: [] as Belongings['schedules'][number][],
    queues: [] as Belongings['queues'][number][],
    conferences: [] as Belongings['conferences'][number][],
    mailboxes: [] as Belongings['mailboxes'][number][],
    chatbots: [] as Belongings['chatbots'][number][],
    webhooks: [] as Belongings['webhooks'][number][],
  };

  constructor(store: Store) {
    this.#store = store;
  }

  get records(): Partial<Belongings> {
    return this.#records;
  }

  /** One after the other: nobody waits for it on a call. */
  async follow(something: unknown): Promise<void> {
    for (const id of JSON.stringify(something)?.match(ids) ?? []) {
      if (this.#seen.has(id) || this.#seen.size >= most) continue;
      this.#seen.add(id);
      const record = await this.#lookUp(id);
      if (record) await this.follow(record);
    }
  }

  /** Without what is secret. */
  async #lookUp(id: string): Promise<object | undefined> {
    const { flows, schedules, queues, conferences, mailboxes, chatbots, webhooks } = this.#store;
    const records = this.#records;
    const flow = await flows.get(id);
    if (flow) return kept(records.flows, flow);
    const queue = await queues.get(id);
    if (queue) return kept(records.queues, queue);
    const schedule = await schedules.get(id);
    if (schedule) return kept(records.schedules, schedule);
    const conference = await conferences.get(id);
    if (conference) return kept(records.conferences, conference);
    const mailbox = await mailboxes.get(id);
    if (mailbox) return kept(records.mailboxes, { ...mailbox, pin_hash: '', pin: '' });
    const chatbot = await chatbots.get(id);
    if (chatbot) return kept(records.chatbots, { ...chatbot, ...noKey });
    const webhook = await webhooks.get(id);
    return webhook && kept(records.webhooks, { id, uri: webhook.uri, method: webhook.method, auth: none });
  }
}

const noKey = { sealed_key: '', apiKey: '' };
const none = { type: 'none' } as const;

function kept<R extends object>(records: R[], record: R): R {
  records.push(record);
  return record;
}
