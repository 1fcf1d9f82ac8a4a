import * as z from 'zod';
import { wireTime } from '../../core/clock.ts';
import { AriflowError } from '../../core/errors.ts';
import type { ActionJson } from '../../flows/action-json.ts';
import type { FlowRecord } from '../../flows/flow-record.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import { problemSchema } from '../problems.ts';
import type { Services } from '../services.ts';
import { action, answers, birth, detail, id, identity, idParams, name, noBody, time } from '../shapes.ts';

const maxActions = 1_000;
const maxBytes = 256 * 1_024;

const shown: z.ZodType<FlowRecord> = component(
  'Flow',
  z.object({
    id,
    customer_id: id,
    name,
    detail,
    actions: z.array(action),
    tm_create: time,
    tm_update: time,
    tm_delete: time,
  }),
);

const actions = z.array(z.unknown()).max(maxActions, `must be at most ${maxActions} actions`);
const creation = z.strictObject({
  name: name.min(1),
  detail: detail.default(''),
  actions: actions.default([]),
});
const change = z.strictObject({ name: name.min(1), detail, actions }).partial();
const draft = z.strictObject({ name: name.optional(), detail: detail.optional(), actions });

const problems = z.array(problemSchema);
const verdict = component('FlowVerdict', z.object({ valid: z.boolean(), problems, warnings: problems }));

export function flowRoutes(api: Api, services: Services): void {
  const { flows } = services.store;
  const tags = ['flows'];
  collectionRoutes(api, { path: 'flows', what: 'flow', store: flows, shown, show: (flow) => flow });

  api.post(
    '/flows',
    { schema: { tags, summary: 'Create a flow', body: creation, response: answers(shown) } },
    async ({ body }) => insert(services, { ...body, actions: checked(services, body.actions) }),
  );

  api.put(
    '/flows/:id',
    { schema: { tags, summary: 'Change a flow', params: idParams, body: change, response: answers(shown) } },
    async ({ params, body }) => {
      const actions = body.actions && checked(services, body.actions);
      return found(await flows.update(params.id, { ...body, actions, tm_update: wireTime() }), 'flow');
    },
  );

  api.post(
    '/flows/:id/duplicate',
    { schema: { tags, summary: 'Copy a flow', params: idParams, body: noBody, response: answers(shown) } },
    async ({ params }) => {
      const flow = found(await flows.get(params.id), 'flow');
      return insert(services, { ...flow, name: `${flow.name} copy` });
    },
  );

  api.post(
    '/flows/validate',
    { schema: { tags, summary: 'Check a flow, store nothing', body: draft, response: answers(verdict) } },
    async ({ body }) => validate(services, body.actions),
  );
}

type Content = Pick<FlowRecord, 'name' | 'detail' | 'actions'>;

async function insert(
  { customerId, store }: Services,
  { name, detail, actions }: Content,
): Promise<FlowRecord> {
  const flow = { ...identity(customerId), name, detail, actions, ...birth() };
  await store.flows.insert(flow);
  return flow;
}

function validate({ validateFlow }: Services, actions: readonly unknown[]): z.output<typeof verdict> {
  refuseLong(actions);
  const { problems, warnings } = validateFlow(actions);
  return { valid: problems.length === 0, problems: [...problems], warnings: [...warnings] };
}

function checked({ validateFlow }: Services, given: readonly unknown[]): readonly ActionJson[] {
  refuseLong(given);
  const { actions, problems } = validateFlow(given);
  if (problems.length > 0) {
    throw new AriflowError('INVALID_ARGUMENT', 'the flow has problems', { details: problems });
  }
  return actions;
}

function refuseLong(actions: readonly unknown[]): void {
  if (Buffer.byteLength(JSON.stringify(actions)) <= maxBytes) return;
  const message = `must be at most ${maxBytes} bytes of JSON`;
  throw new AriflowError('TOO_LARGE', 'the flow is too large', { details: [{ path: 'actions', message }] });
}
