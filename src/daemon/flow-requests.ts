import { randomInt } from 'node:crypto';
import { Agents } from '../agents/agents.ts';
import type { Config } from '../config/config.ts';
import { apiUrl } from '../config/reachable.ts';
import { wireTime } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { StoreError } from '../core/store-error.ts';
import { within } from '../core/wait.ts';
import { LaterRequests } from '../flow-requests/later-requests.ts';
import { doubling } from '../flow-requests/retried.ts';
import type { News } from '../news/news.ts';
import type { WebhookRecord } from '../news/webhook-record.ts';
import type { FlowRequestPorts, KnownWebhook } from '../ports/flow-requests.ts';
import type { HttpPort } from '../ports/http.ts';
import type { Store } from '../storage/store.ts';
import { signatureOf } from '../webhooks/request-to.ts';

export interface RequestPortsOptions {
  readonly config: Config;
  readonly store: Store;
  readonly later: LaterRequests;
  readonly news: Pick<News, 'agents'>;
}

export interface LaterOptions {
  readonly log: Log;
  readonly scope: Scope;
  readonly store: Store;
  readonly http: HttpPort;
}

export interface RequestParts {
  readonly ports: Omit<FlowRequestPorts, 'outbound'>;
  readonly agents: Agents;
}

/** How long closing waits for requests under way. */
const drain = 5_000;

/** How long it may take to give up those that are left. */
const giveUp = 1_000;

/** What makes the requests that flows leave behind. */
export function startLaterRequests({ log, scope, store, http }: LaterOptions): LaterRequests {
  const { laterRequests, webhooks, isShared } = store;
  const stage = scope.stage(giveUp);
  const later = new LaterRequests({
    ...{ store: laterRequests, webhooks, http, log, scope: stage },
    isAlone: !isShared,
  });
  // First what is under way may be done.
  scope.defer(() => within(later.close(drain), drain + giveUp));
  return later;
}

/** All that flows use of the store and of other servers besides speech. */
export function makeRequestPorts({ config, store, later, news }: RequestPortsOptions): RequestParts {
  const { webhooks } = store;
  const agents = new Agents(store.agents, news.agents(store.agents));
  const publicUrl = (config.public_url ?? apiUrl(config)).replace(/\/$/, '');
  return {
    agents,
    ports: {
      webhooks: { get: async (id) => knownOf(await webhooks.get(id)) },
      later: {
        send: ({ id, request, retries, timeout, signedBy }) =>
          later.send(id, { to: { request, signedBy }, timeout, pauses: doubling(retries) }),
      },
      users: {
        load: (number) => store.userVariables.load(number),
        save: (number, values) => saveUser(store, number, values),
      },
      agents: { setPaused: (digits, isPaused) => agents.setPaused(digits, isPaused) },
      links: { shorten: async (url) => `${publicUrl}/s/${await newLink(store, url)}` },
    },
  };
}

function knownOf(webhook: WebhookRecord | undefined): KnownWebhook | undefined {
  if (!webhook) return undefined;
  const { uri, method, auth } = webhook;
  return { uri, method, auth, sign: (id, body) => signatureOf(webhook, id, body) };
}

/** All that is kept with one number, in characters: it is loaded into every flow of it. */
const mostOfUser = 65_536;

async function saveUser(
  { userVariables }: Store,
  number: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const all = { ...(await userVariables.load(number)), ...values };
  const size = Object.entries(all).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > mostOfUser)
    throw new ActionError('USER_VARIABLES_TOO_LARGE', 'the variables of this contact are over 64 KiB');
  await userVariables.save(number, values);
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const codeLength = 8;

/** A code nobody can guess, and nobody else has. */
async function newLink({ links }: Store, url: string): Promise<string> {
  for (;;) {
    const id = Array.from({ length: codeLength }, () => letters[randomInt(letters.length)]).join('');
    try {
      await links.insert({ id, url, tm_create: wireTime() });
      return id;
    } catch (error) {
      if (!(error instanceof StoreError) || error.problem !== 'conflict') throw error;
    }
  }
}
