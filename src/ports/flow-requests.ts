import type { WebhookAuth } from '../flow-requests/webhook-option.ts';
import type { BuiltRequest } from './built-request.ts';

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

/** What a stored webhook supplies to a request. */
export interface KnownWebhook {
  readonly uri: string;
  readonly method: 'POST' | 'PUT' | 'GET' | 'DELETE';
  readonly auth: WebhookAuth;
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
}

/** `code` 200 and two ids, or the code of the failure. */
export interface OutboundAnswer {
  readonly code: number;
  readonly message: string;
  readonly requestId: string;
  /** Of the first call. */
  readonly activeflowId: string;
}

/** What `webhook_send` and user variables use of the rest of the daemon. */
export interface WebhookServices {
  readonly webhooks: {
    get(id: string): Promise<KnownWebhook | undefined>;
  };
  readonly later: {
    /** Resolves once the request is sure to be made. @throws ActionError where it cannot be taken */
    send(request: LaterRequest): Promise<void>;
  };
  readonly users: {
    /** Everything kept with a number, by name. */
    load(number: string): Promise<Readonly<Record<string, string>>>;
    /** @throws ActionError `USER_VARIABLES_TOO_LARGE` */
    save(number: string, values: Readonly<Record<string, string>>): Promise<void>;
  };
  readonly agents: {
    /** The one agent with an address that ends in these digits; false where there is not exactly one. */
    setPaused(digits: string, isPaused: boolean): Promise<boolean>;
  };
  readonly links: {
    /** The short link that leads there. */
    shorten(url: string): Promise<string>;
  };
  readonly outbound: {
    start(request: OutboundRequest): Promise<OutboundAnswer>;
  };
}
