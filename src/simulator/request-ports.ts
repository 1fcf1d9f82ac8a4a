import type { Agents } from '../agents/agents.ts';
import type { Call } from '../calls/call.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import { ActionError } from '../core/errors.ts';
import type { ExternalMediaFacts, ExternalMediaPort } from '../ports/external-media.ts';
import type { Ports } from '../ports/ports.ts';
import { byId, type Installation } from './installation.ts';
import type { Planning, Telling } from './telling.ts';
import type { SimulatedWeb } from './web.ts';

export interface RequestPortsOptions {
  readonly installation: Installation;
  readonly agents: Agents;
  readonly web: SimulatedWeb;
  readonly tell: Telling;
  readonly plan: Planning;
}

type RequestPorts = Pick<
  Ports,
  'webhooks' | 'later' | 'users' | 'agents' | 'links' | 'outbound' | 'chatbots' | 'messages' | 'externalMedia'
>;

/** What flows ask of others than Asterisk: it is remembered, and goes nowhere. */
export function requestPorts({ installation, agents, web, tell, plan }: RequestPortsOptions): RequestPorts {
  const webhooks = byId(installation.webhooks);
  const chatbots = byId(installation.chatbots);
  const users = new Map(Object.entries(installation.users));
  return {
    webhooks: { get: async (id) => webhooks.get(id) },
    later: { send: (request) => web.later(request) },
    users: {
      load: async (number) => users.get(number) ?? {},
      save: async (number, values) => void users.set(number, { ...users.get(number), ...values }),
    },
    agents: {
      setPaused: (digits, isPaused) => agents.setPaused(digits, isPaused),
      setStatus: async (who, status) => {
        const id = 'id' in who ? who.id : await agents.at(who.at);
        return id !== undefined && (await agents.setStatus(id, status)) !== undefined;
      },
    },
    links: { shorten: async (url) => `https://ariflow.example/s/${derivedUuid(url).slice(0, 8)}` },
    outbound: {
      start: async ({ flowId, numbers, uuid }) => {
        plan('outbound flow', { flow_id: flowId, numbers });
        const answer = { code: 200, message: 'started' };
        return { ...answer, requestId: uuid('request'), activeflowId: uuid('activeflow') };
      },
    },
    chatbots: {
      get: async (id) => {
        const chatbot = chatbots.get(id);
        if (!chatbot) throw new ActionError('NOT_FOUND', 'there is no such chatbot');
        return chatbot;
      },
    },
    messages: {
      send: async ({ id, source, destinations, text }) =>
        tell('message_created', { id, source, targets: destinations, text }),
      answer: async ({ id, conversationId, text }) =>
        tell('message_created', { id, conversation_id: conversationId, text }),
      arrived: async (_, signal) => signal.throwIfAborted(),
    },
    externalMedia: new SimulatedExternalMedia(),
  };
}

interface Running {
  readonly call: Call;
  readonly facts: ExternalMediaFacts;
  readonly stop: () => Promise<void>;
}

/** External media that a host takes at once, and keeps for as long as it is wanted. */
class SimulatedExternalMedia implements ExternalMediaPort {
  readonly #running = new Set<Running>();

  readonly start: ExternalMediaPort['start'] = async (call, { id }, tell, signal) => {
    signal.throwIfAborted();
    const facts = { id, local_ip: '127.0.0.1', local_port: 20_000, media_uri: '' };
    const scope = call.scope.child();
    let isStopped = false;
    const running: Running = {
      ...{ call, facts },
      stop: () => {
        isStopped = true;
        return scope.close();
      },
    };
    this.#running.add(running);
    scope.defer(() => {
      this.#running.delete(running);
      tell.stopped(facts, isStopped ? 'stopped' : 'hangup');
    });
    tell.started(facts);
    return facts;
  };

  readonly stop: ExternalMediaPort['stop'] = async (call, id) => {
    for (const running of [...this.#running])
      if (running.call === call && (id === '' || running.facts.id === id)) await running.stop();
  };
}
