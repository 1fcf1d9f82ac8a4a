import type * as z from 'zod';
import { agentCreation } from '../api/routes/agents.ts';
import { chatbotCreation } from '../api/routes/chatbots.ts';
import { conferenceCreation } from '../api/routes/conferences.ts';
import { extensionCreation } from '../api/routes/extensions.ts';
import { mailboxCreation } from '../api/routes/mailboxes.ts';
import { numberCreation } from '../api/routes/numbers.ts';
import { queueCreation } from '../api/routes/queues.ts';
import { scheduleCreation } from '../api/routes/schedules.ts';
import { trunkCreation } from '../api/routes/trunks.ts';
import { webhookCreation } from '../api/routes/webhooks.ts';
import { neverTime, zeroId } from '../core/clock.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import type { Problem } from '../core/errors.ts';
import { wording } from '../core/misfits.ts';
import { flowDefaults } from '../flows/defaults.ts';
import { checkActions } from '../flows/flow.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { problemsOf } from '../flows/option.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Installation } from './installation.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A resource as a file, or a daemon, has it: its kind by the folder, `queues`; ids where it points to something. */
export interface Given {
  readonly folder: string;
  readonly id: string;
  readonly fields: Fields;
  /** What is wrong with it, as whoever has written it is told: with its place. */
  readonly said: (problem: Problem) => string;
}

/** When all of it was made: long ago. */
const birth = '2020-01-01 00:00:00.000000';
const lifespan = { tm_create: birth, tm_update: birth, tm_delete: neverTime };

/** Takes what is given apart, and says what is wrong with it, each with its place. */
export class Installing {
  readonly problems: string[] = [];
  readonly #given: ReadonlyMap<string, readonly Given[]>;
  readonly #catalogue: ActionCatalogue;

  constructor(given: readonly Given[], catalogue: ActionCatalogue) {
    this.#given = Map.groupBy(given, ({ folder }) => folder);
    this.#catalogue = catalogue;
  }

  get installation(): Installation {
    return {
      flows: this.#all('flows').flatMap((given) => this.flow(given) ?? []),
      numbers: this.#records('numbers', numberCreation),
      schedules: this.#records('schedules', scheduleCreation),
      queues: this.#records('queues', queueCreation),
      agents: this.#records('agents', agentCreation).map((agent) => ({ ...agent, missed_calls: 0 })),
      conferences: this.#records('conferences', conferenceCreation).map((conference) => ({
        ...conference,
        status: 'progressing',
        tm_end: neverTime,
        confbridge_id: derivedUuid('confbridge', conference.id),
      })),
      mailboxes: this.#records('mailboxes', mailboxCreation).map((mailbox) => ({
        ...mailbox,
        ...{ pin_hash: '', wrong_pins: 0, tm_unlock: neverTime },
      })),
      chatbots: this.#records('chatbots', chatbotCreation).map(({ api_key, ...chatbot }) => ({
        ...chatbot,
        apiKey: api_key,
      })),
      webhooks: this.#records('webhooks', webhookCreation).map(({ id, uri, method, auth }) => ({
        ...{ id, uri, method },
        auth: auth.type === 'basic' ? { ...auth, password: auth.password ?? '' } : auth,
        sign: () => ({}), // with a secret that nobody here has
      })),
      trunks: this.#records('trunks', trunkCreation).map(
        ({ allowed_ips = [], encryption = 'none', ...trunk }) => ({
          ...trunk,
          ...{ allowed_ips, encryption },
        }),
      ),
      extensions: this.#records('extensions', extensionCreation),
      users: {},
    };
  }

  /** One that can be run; nothing where something is wrong with it. */
  flow({ id, fields, said }: Omit<Given, 'folder'>): FlowToRun | undefined {
    const { actions: written = [], on_complete_flow_id, end_webhook, defaults = {} } = fields;
    const { actions, problems } = checkActions(written, { catalogue: this.#catalogue });
    const checked = flowDefaults.safeParse(defaults, wording);
    const ofDefaults = checked.error
      ? problemsOf(checked.error).map(({ path, message }) => ({ path: `defaults.${path}`, message }))
      : [];
    this.problems.push(...[...problems, ...ofDefaults].map(said));
    if (problems.length > 0) return undefined;
    return {
      ...{ id, actions, end_webhook: end_webhook === true, defaults: checked.data },
      ...(typeof on_complete_flow_id === 'string' && { on_complete_flow_id }),
    };
  }

  #all(folder: string): readonly Given[] {
    return this.#given.get(folder) ?? [];
  }

  #records<S extends z.ZodObject>(folder: string, schema: S) {
    return this.#all(folder).flatMap(({ id, fields, said }) => {
      const { data, error } = schema.safeParse(fields, wording);
      if (error) this.problems.push(...problemsOf(error).map(said));
      return data ? [{ id, customer_id: zeroId, ...data, ...lifespan }] : [];
    });
  }
}
