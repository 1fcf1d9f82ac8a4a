import * as z from 'zod';
import { type AgentRecord, agentStatuses, ringMethods } from '../../agents/agent-record.ts';
import { addressSchema } from '../../calls/address.ts';
import { AriflowError } from '../../core/errors.ts';
import { StoreError } from '../../core/store-error.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { address } from '../party.ts';
import {
  answers,
  birth,
  detail,
  id,
  identity,
  idParams,
  lifespan,
  name,
  reference,
  statusFilter,
} from '../shapes.ts';
import { whole } from '../whole.ts';

const status = z.enum(agentStatuses).meta({
  description:
    '`available`: may be rung; `ringing`, `busy`: by a queue, just now; `away`, `offline`: not on duty',
});
const fields = {
  username: z
    .string()
    .regex(/^[A-Za-z0-9+*#_.@-]{1,255}$/, 'must be 1 to 255 of A-Z a-z 0-9 + * # _ . @ -')
    .meta({ description: 'unique among agents', examples: ['ada@clinic.example'] }),
  name,
  detail,
  ring_method: z
    .enum(ringMethods)
    .meta({ description: 'his addresses are rung all at once, or one after the other' }),
  status,
  permission: z
    .int()
    .min(0)
    .max(2_147_483_647)
    .meta({ description: 'a number of your own, kept and shown', examples: [0] }),
  tag_ids: z
    .array(reference)
    .max(100)
    .meta({ description: 'UUIDs of your own: what he can do; queues ask for them' }),
  addresses: z.array(addressSchema).max(20).meta({ description: 'where he is reached, at most 20' }),
  call_waiting: z.boolean().meta({ description: 'whether queues ring him while another call of his lives' }),
};

const { call_waiting, ...seed } = fields;
const shown: z.ZodType<AgentRecord> = component(
  'Agent',
  z.object({
    id,
    ...seed,
    addresses: z.array(address).meta({ description: 'where he is reached' }),
    ...lifespan,
    call_waiting,
    missed_calls: z
      .int()
      .meta({ description: 'how many calls of queues in a row he has not answered', examples: [0] }),
  }),
);

const { status: _, ...changeable } = fields;
const change = z.strictObject(changeable).partial();
export const agentCreation = z.strictObject({
  username: fields.username,
  name: name.default(''),
  detail: detail.default(''),
  ring_method: fields.ring_method.default('ringall'),
  status: status.default('available'),
  permission: fields.permission.default(0),
  tag_ids: fields.tag_ids.default([]),
  addresses: fields.addresses.default([]),
  call_waiting: fields.call_waiting.default(false),
});
const newStatus = z.strictObject({ status });

export function agentRoutes(api: Api, parts: Parts): void {
  const { agents, customerId } = parts;
  const tags = ['agents'];
  const { agents: stored } = parts.store;
  const store = {
    get: (id: string) => stored.get(id),
    list: (...page: Parameters<typeof stored.list>) => stored.list(...page),
    delete: (...deletion: Parameters<typeof agents.delete>) => agents.delete(...deletion),
  };
  collectionRoutes(api, {
    path: 'agents',
    what: 'agent',
    store,
    shown,
    show: (agent) => agent,
    searched: 'username, name and detail',
    narrowedBy: { status: statusFilter(status) },
  });

  api.post(
    '/agents',
    {
      schema: {
        tags,
        operationId: 'createAgent',
        summary: 'Create an agent',
        body: whole(agentCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      const { username, name, detail, ring_method, status, permission, tag_ids, addresses, call_waiting } =
        body;
      const fields = { username, name, detail, ring_method, status, permission, tag_ids, addresses };
      const agent = { id: identity(customerId).id, ...fields, ...birth(), call_waiting, missed_calls: 0 };
      await unlessTaken(agents.create(agent));
      return agent;
    },
  );

  api.put(
    '/agents/:id',
    {
      schema: {
        tags,
        operationId: 'updateAgent',
        summary: 'Change an agent',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => found(await unlessTaken(agents.update(params.id, body)), 'agent'),
  );

  api.put(
    '/agents/:id/status',
    {
      schema: {
        tags,
        operationId: 'setAgentStatus',
        summary: 'Set its status',
        params: idParams,
        body: newStatus,
        response: answers(shown),
      },
    },
    async ({ params, body }) => found(await agents.setStatus(params.id, body.status), 'agent'),
  );
}

async function unlessTaken<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof StoreError) || error.problem !== 'conflict') throw error;
    const details = [{ path: 'username', message: 'exists already' }];
    throw new AriflowError('CONFLICT', 'the username exists already', { details, cause: error });
  }
}
