import type { AgentRecord } from '../agents/agent-record.ts';
import type { ConferenceRecord } from '../conferences/conference-record.ts';
import { zeroId } from '../core/clock.ts';
import type { Chatbot } from '../ports/chatbots.ts';
import type { KnownWebhook } from '../ports/flow-requests.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { QueueRecord } from '../queues/queue-record.ts';
import type { ScheduleRecord } from '../schedules/schedule-record.ts';
import type { TrunkRecord } from '../trunks/trunk-record.ts';
import type { MailboxRecord } from '../voicemail/mailbox-record.ts';

/** A number: what runs for whoever dials it. */
export interface InstalledNumber {
  readonly number: string;
  readonly call_flow_id: string;
  readonly schedule_id: string;
  readonly closed_flow_id: string;
}

/** A mailbox, with its PIN as it is typed; empty: none. */
export type InstalledMailbox = MailboxRecord & { readonly pin: string };

export type InstalledWebhook = KnownWebhook & { readonly id: string };

/** What a daemon has, besides the flow that is simulated. It is never changed: a simulation that changes something has its own. */
export interface Installation {
  readonly flows: readonly FlowToRun[];
  readonly numbers: readonly InstalledNumber[];
  readonly schedules: readonly ScheduleRecord[];
  readonly queues: readonly QueueRecord[];
  readonly agents: readonly AgentRecord[];
  readonly conferences: readonly ConferenceRecord[];
  readonly mailboxes: readonly InstalledMailbox[];
  readonly chatbots: readonly Chatbot[];
  readonly webhooks: readonly InstalledWebhook[];
  readonly trunks: readonly TrunkRecord[];
  /** The phones that register here; where there is none every phone is there. */
  readonly extensions: readonly { readonly id: string; readonly extension: string }[];
  /** What is kept of numbers: `user.…` variables. */
  readonly users: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const emptyInstallation: Installation = {
  flows: [],
  numbers: [],
  schedules: [],
  queues: [],
  agents: [],
  conferences: [],
  mailboxes: [],
  chatbots: [],
  webhooks: [],
  trunks: [],
  extensions: [],
  users: {},
};

/** By their ids. */
export function byId<T extends { readonly id: string }>(records: readonly T[]): Map<string, T> {
  return new Map(records.map((record) => [record.id, record]));
}

export const noFlow = zeroId;
