import type { Problem } from '../core/errors.ts';
import { adviceOn } from '../flows/advice/advice.ts';
import { type Finds, unknownReferences } from '../flows/advice/references.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { FlowDefaults } from '../ports/flow-to-run.ts';
import type { HearingPort } from '../ports/hearing.ts';
import type { Voices } from '../ports/speech.ts';
import type { Store } from '../storage/store.ts';

export interface FlowAdvice {
  readonly catalogue: ActionCatalogue;
  readonly store: Pick<
    Store,
    'flows' | 'queues' | 'conferences' | 'agents' | 'webhooks' | 'schedules' | 'mailboxes'
  >;
  readonly voices: () => Promise<Voices>;
  /** Whether there is a sound of this name, as far as that is known. */
  readonly hasSound: (name: string) => Promise<boolean>;
  readonly hearing?: Pick<HearingPort, 'problemOf'>;
}

/** All that can be said of a flow before it runs, with what this daemon knows: its engines, and what is stored. */
export async function adviceWith(
  actions: readonly unknown[],
  { catalogue, store, voices, hasSound, hearing }: FlowAdvice,
  defaults?: FlowDefaults,
): Promise<readonly Problem[]> {
  const stores = {
    flow: store.flows,
    queue: store.queues,
    conference: store.conferences,
    agent: store.agents,
    webhook: store.webhooks,
    schedule: store.schedules,
    mailbox: store.mailboxes,
  };
  const finds: Finds = async (kind, id) => {
    // A flow with a chatbot that is not there is not taken: nothing is left to warn of.
    if (kind === 'chatbot') return true;
    return kind === 'sound' ? hasSound(id) : (await stores[kind].get(id)) !== undefined;
  };
  return [
    ...adviceOn(actions, { catalogue, voices: await voices(), hearing, defaults }),
    ...(await unknownReferences(actions, catalogue, finds)),
  ];
}
