import { ActionError } from '../../src/core/errors.ts';
import type {
  FlowRequestPorts,
  KnownWebhook,
  LaterRequest,
  OutboundAnswer,
  OutboundRequest,
} from '../../src/ports/flow-requests.ts';

/** What `webhook_send` and user variables use, in memory. */
export class FakeRequestPorts {
  readonly webhooks = new Map<string, KnownWebhook>();
  /** Requests handed over, oldest first. */
  readonly later: LaterRequest[] = [];
  /** User variables by number. */
  readonly users = new Map<string, Record<string, string>>();
  /** Whether agents are away, by their digits. */
  readonly agents = new Map<string, boolean>();
  /** Statuses of agents, by their ids and numbers. */
  readonly statuses = new Map<string, string>();
  readonly links = new Map<string, string>();
  readonly outbound: OutboundRequest[] = [];
  outboundAnswer: OutboundAnswer = {
    code: 200,
    message: 'started',
    requestId: 'request',
    activeflowId: 'flow',
  };
  /** Lets loading take for ever. */
  isSilent = false;
  /** Lets everything of the store fail. */
  isBroken = false;

  get ports(): FlowRequestPorts {
    return {
      webhooks: { get: async (id) => this.webhooks.get(id) },
      later: {
        send: async (request) => {
          this.#check();
          // One whose id is known is not made again.
          if (!this.later.some(({ id }) => id === request.id)) this.later.push(request);
        },
      },
      users: {
        load: async (number) => {
          this.#check();
          if (this.isSilent) await new Promise(() => undefined);
          return this.users.get(number) ?? {};
        },
        save: async (number, values) => {
          this.#check();
          this.users.set(number, { ...this.users.get(number), ...values });
        },
      },
      agents: {
        setPaused: async (digits, isPaused) => {
          const found = [...this.agents.keys()].filter((number) => number.endsWith(digits));
          const [agent] = found;
          if (agent === undefined || found.length !== 1) return false;
          this.agents.set(agent, isPaused);
          return true;
        },
        setStatus: async (who, status) => {
          const agent = 'id' in who ? who.id : who.at;
          if (!this.statuses.has(agent)) return false;
          this.statuses.set(agent, status);
          return true;
        },
      },
      links: {
        shorten: async (url) => {
          const link = `https://short.example/s/code${this.links.size}`;
          this.links.set(link, url);
          return link;
        },
      },
      outbound: {
        start: async (request) => {
          this.outbound.push(request);
          return this.outboundAnswer;
        },
      },
    };
  }

  #check(): void {
    if (this.isBroken) throw new ActionError('STORE_FAILED', 'the store does not answer');
  }
}
