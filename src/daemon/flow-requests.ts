import { Agents } from '../agents/agents.ts';
import type { Config } from '../config/config.ts';
import { publicUrl } from '../config/reachable.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import { LaterRequests } from '../flow-requests/later-requests.ts';
import { doubling } from '../flow-requests/retried.ts';
import { boundedUsers } from '../flows/bounded-users.ts';
import type { News } from '../news/news.ts';
import type { FlowRequestPorts } from '../ports/flow-requests.ts';
import type { HttpPort } from '../ports/http.ts';
import { newLink } from '../storage/new-link.ts';
import type { Store } from '../storage/store.ts';
import { knownWebhook } from '../webhooks/known-webhook.ts';

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
  const begin = publicUrl(config);
  return {
    agents,
    ports: {
      webhooks: { get: async (id) => knownWebhook(await webhooks.get(id)) },
      later: {
        send: ({ id, request, retries, timeout, signedBy }) =>
          later.send(id, { to: { request, signedBy }, timeout, pauses: doubling(retries) }),
      },
      users: boundedUsers(store.userVariables),
      agents: { setPaused: (digits, isPaused) => agents.setPaused(digits, isPaused) },
      links: { shorten: async (url) => `${begin}/s/${await newLink(store.links, url)}` },
    },
  };
}
