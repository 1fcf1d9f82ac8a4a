import { Agents } from '../agents/agents.ts';
import { publicUrl } from '../config/reachable.ts';
import { within } from '../core/wait.ts';
import { LaterRequests } from '../flow-requests/later-requests.ts';
import { doubling } from '../flow-requests/retried.ts';
import { boundedUsers } from '../flows/bounded-users.ts';
import type { AddressPolicy } from '../http/address-policy.ts';
import { GuardedClient } from '../http/guarded-client.ts';
import { userRequests } from '../http/user-requests.ts';
import type { News } from '../news/news.ts';
import type { FlowRequestPorts } from '../ports/flow-requests.ts';
import type { HttpPort } from '../ports/http.ts';
import { newLink } from '../storage/new-link.ts';
import type { Store } from '../storage/store.ts';
import { version } from '../version.ts';
import { knownWebhook } from '../webhooks/known-webhook.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export interface RequestsNeeds extends Pick<Foundation, 'config'> {
  readonly store: Store;
  readonly later: LaterRequests;
  readonly news: Pick<News, 'agents'>;
}

export interface LaterNeeds extends Foundation {
  readonly store: Store;
  readonly http: HttpPort;
}

export interface RequestParts {
  readonly ports: Omit<FlowRequestPorts, 'outbound'>;
  readonly agents: Agents;
}

/** The requests of users' flows: not over the connections that deliveries use. */
export function startHttp({ scope, policy }: Foundation & { readonly policy: AddressPolicy }): HttpPort {
  const client = new GuardedClient({ policy, userAgent: `ariflow/${version}` });
  scope.defer(() => client.close());
  return userRequests(client, policy);
}

/** How long it may take to give up those that are left. */
const giveUp = 1_000;

/** What makes the requests that flows leave behind. */
export function startLaterRequests({ log, scope, store, http }: LaterNeeds): LaterRequests {
  const { laterRequests, webhooks, isShared } = store;
  const later = new LaterRequests({
    ...{ store: laterRequests, webhooks, http, log, scope: scope.stage(giveUp) },
    isAlone: !isShared,
  });
  // First what is under way may be done.
  scope.defer(() => within(later.close(stopDeadline), stopDeadline + giveUp));
  return later;
}

/** All that flows use of the store and of other servers besides speech. */
export function makeRequestPorts({ config, store, later, news }: RequestsNeeds): RequestParts {
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
      agents: {
        setPaused: (digits, isPaused) => agents.setPaused(digits, isPaused),
        setStatus: async (who, status) => {
          const id = 'id' in who ? who.id : await agents.at(who.at);
          return id !== undefined && (await agents.setStatus(id, status)) !== undefined;
        },
      },
      links: { shorten: async (url) => `${begin}/s/${await newLink(store.links, url)}` },
    },
  };
}
