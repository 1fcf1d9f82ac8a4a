import type { BuiltRequest } from './http.ts';

/** A request that is carried out whatever becomes of who asked for it. */
export interface LaterRequest {
  /** Its `webhook-id`, the same for every try. */
  readonly id: string;
  readonly request: BuiltRequest;
  readonly retries: number;
  readonly timeout: number;
  /** The stored webhook it goes through, which signs each try. */
  readonly signedBy?: string | undefined;
}

/** How we show a webhook's server who we are. */
export type Credentials =
  | { readonly type: 'none' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string };

export type WebhookMethod = 'POST' | 'PUT' | 'GET' | 'DELETE';

/** What a stored webhook supplies to a request. */
export interface KnownWebhook {
  readonly uri: string;
  readonly method: WebhookMethod;
  readonly auth: Credentials;
  /** The headers that sign a body now, as those of its deliveries do. */
  sign(messageId: string, body: string): Readonly<Record<string, string>>;
}

/** An outgoing flow as `internal:createOutbound` asks for it. */
export interface OutboundRequest {
  readonly flowId: string;
  readonly numbers: readonly string[];
  readonly delayMinutes: number;
  /** Our number: who the called see; `anonymous` where the flow has no call. */
  readonly from: string;
  readonly securityId: string;
  readonly clientId: string;
  /** Ids of what is made for it: the same, should it be asked for once more. */
  readonly uuid: (what: string, ...key: readonly (string | number)[]) => string;
}

/** `code` 200 and two ids, or the code of the failure. */
export interface OutboundAnswer {
  readonly code: number;
  readonly message: string;
  readonly requestId: string;
  /** Of the first call. */
  readonly activeflowId: string;
}

export interface WebhooksPort {
  get(id: string): Promise<KnownWebhook | undefined>;
}

export interface LaterPort {
  /** Resolves once the request is sure to be made. @throws ActionError where it cannot be taken */
  send(request: LaterRequest): Promise<void>;
}

export interface UsersPort {
  /** Everything kept with a number, by name. */
  load(number: string): Promise<Readonly<Record<string, string>>>;
  /** Sets some; the others stay, whoever sets those meanwhile. @throws ActionError `USER_VARIABLES_TOO_LARGE` */
  save(number: string, values: Readonly<Record<string, string>>): Promise<void>;
}

export interface AgentsPort {
  /** The one agent with an address that ends in these digits; false where there is not exactly one. */
  setPaused(digits: string, isPaused: boolean): Promise<boolean>;
  /** Of the agent of this id, or the one with an address of this number or user; false where there is not exactly one. */
  setStatus(
    who: { readonly id: string } | { readonly at: string },
    status: 'available' | 'away' | 'offline',
  ): Promise<boolean>;
}

export interface LinksPort {
  /** The short link that leads there. */
  shorten(url: string): Promise<string>;
}

export interface OutboundPort {
  start(request: OutboundRequest): Promise<OutboundAnswer>;
}

/** What the requests of flows and user variables use of the rest of the daemon. */
export interface FlowRequestPorts {
  readonly webhooks: WebhooksPort;
  readonly later: LaterPort;
  readonly users: UsersPort;
  readonly agents: AgentsPort;
  readonly links: LinksPort;
  readonly outbound: OutboundPort;
}
