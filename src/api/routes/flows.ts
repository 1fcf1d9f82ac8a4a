import * as z from 'zod';
import { wireTime, zeroId } from '../../core/clock.ts';
import { AriflowError, type Problem } from '../../core/errors.ts';
import { inOrder } from '../../flows/advice/in-order.ts';
import { completionProblem } from '../../flows/completion.ts';
import { flowDefaults, noDefaults } from '../../flows/defaults.ts';
import type { FlowRecord } from '../../flows/flow-record.ts';
import { withoutSecrets } from '../../flows/secrets.ts';
import { withStoredSecrets } from '../../flows/stored-secrets.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import { givenActions, goodActions, judge } from '../given-actions.ts';
import type { Parts } from '../parts.ts';
import { invalid, problemSchema } from '../problems.ts';
import {
  answers,
  birth,
  customer,
  detail,
  flowAction,
  id,
  identity,
  idOf,
  idParams,
  lifespan,
  name,
  noBody,
  reference,
} from '../shapes.ts';
import { whole } from '../whole.ts';

const completion =
  'the flow that runs without a call after an activeflow of this flow has ended, with its variables; zeros: none';
const endWebhook = z
  .boolean()
  .meta({ description: 'whether the end of its activeflows is told to the webhook marked default' });

const ofDefaults = {
  description: 'what its actions take that do not say it themselves',
  examples: [{ language: 'de-DE', voice: '', barge_in: true, music: '' }],
};

const shown: z.ZodType<Required<FlowRecord>> = component(
  'Flow',
  z.object({
    id,
    customer_id: customer,
    name,
    detail,
    actions: z.array(flowAction).meta({ description: 'what is done, one after the other' }),
    on_complete_flow_id: idOf(completion),
    end_webhook: endWebhook,
    ...lifespan,
    defaults: z.object(flowDefaults.shape).meta(ofDefaults),
  }),
);

const creation = z.strictObject({
  name: name.min(1),
  detail: detail.default(''),
  actions: givenActions.default([]),
  on_complete_flow_id: reference.default(zeroId).meta({ description: completion }),
  end_webhook: endWebhook.default(false),
  defaults: flowDefaults.default(noDefaults).meta(ofDefaults),
});
const change = z
  .strictObject({
    name: name.min(1),
    detail,
    actions: givenActions,
    on_complete_flow_id: reference.meta({ description: completion }),
    end_webhook: endWebhook,
    defaults: flowDefaults.meta(ofDefaults),
  })
  .partial();
const draft = z.strictObject({ ...change.shape, actions: givenActions });

const problems = z.array(problemSchema);
const verdict = component(
  'FlowVerdict',
  z.object({
    valid: z.boolean().meta({ description: 'whether it could be stored' }),
    problems: problems.meta({ description: 'what must be mended' }),
    warnings: problems.meta({ description: 'what is allowed and yet hardly meant' }),
  }),
);

export function flowRoutes(api: Api, parts: Parts): void {
  const { flows } = parts.store;
  const tags = ['flows'];
  collectionRoutes(api, {
    path: 'flows',
    what: 'flow',
    store: flows,
    shown,
    show,
    searched: 'name and detail',
  });

  api.post(
    '/flows',
    {
      schema: {
        tags,
        operationId: 'createFlow',
        summary: 'Create a flow',
        body: whole(creation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      await checkCompletion(parts, { ...body, id: zeroId });
      const actions = await goodActions(parts, body.actions);
      return show(await insert(parts, { ...body, actions }));
    },
  );

  api.put(
    '/flows/:id',
    {
      schema: {
        tags,
        operationId: 'updateFlow',
        summary: 'Change a flow',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      const actions =
        body.actions && (await goodActions(parts, await withItsSecrets(parts, params.id, body.actions)));
      await checkCompletion(parts, { ...body, ...params });
      return show(found(await flows.update(params.id, { ...body, actions, tm_update: wireTime() }), 'flow'));
    },
  );

  api.post(
    '/flows/:id/duplicate',
    {
      schema: {
        tags,
        operationId: 'duplicateFlow',
        summary: 'Copy a flow',
        params: idParams,
        body: noBody,
        response: answers(shown),
      },
    },
    async ({ params }) => {
      const flow = found(await flows.get(params.id), 'flow');
      return show(await insert(parts, { ...flow, name: `${flow.name} copy` }));
    },
  );

  api.post(
    '/flows/validate',
    {
      schema: {
        tags,
        operationId: 'validateFlow',
        summary: 'Check a flow, store nothing',
        body: whole(draft, shown),
        response: answers(verdict),
      },
    },
    async ({ body }) => validate(parts, body),
  );
}

type Content = Pick<
  FlowRecord,
  'name' | 'detail' | 'actions' | 'on_complete_flow_id' | 'end_webhook' | 'defaults'
>;

/** The actions with the secrets that they hide still, as answers do. */
async function withItsSecrets(
  { store }: Parts,
  id: string,
  given: readonly unknown[],
): Promise<readonly unknown[]> {
  return withStoredSecrets(given, found(await store.flows.get(id), 'flow').actions);
}

/** In this order, with the fields that older records lack, and without the secrets. */
function show({ id, customer_id, name, detail, ...rest }: FlowRecord): Required<FlowRecord> {
  const actions = withoutSecrets(rest.actions);
  const { on_complete_flow_id = zeroId, end_webhook = false, tm_create, tm_update, tm_delete } = rest;
  const defaults = { ...noDefaults, ...rest.defaults };
  const times = { tm_create, tm_update, tm_delete };
  return { id, customer_id, name, detail, actions, on_complete_flow_id, end_webhook, ...times, defaults };
}

/** Looked at where it changes only. @throws AriflowError where the flow that runs afterwards is not there, or leads back */
async function checkCompletion(
  { store: { flows } }: Parts,
  { id, on_complete_flow_id }: { readonly id: string; readonly on_complete_flow_id?: string | undefined },
): Promise<void> {
  if (on_complete_flow_id === undefined) return;
  if (id !== zeroId && (await flows.get(id))?.on_complete_flow_id === on_complete_flow_id) return;
  const problem = await completionProblem({ id, on_complete_flow_id }, (other) => flows.get(other));
  if (problem !== undefined) throw invalid('on_complete_flow_id', problem);
}

/** As the store will say. @throws AriflowError while there is nobody to tell the end of flows to */
async function checkDefault({ store }: Parts, isWanted: boolean | undefined): Promise<void> {
  if (!isWanted || (await store.webhooks.all()).some(({ is_default }) => is_default)) return;
  throw invalid('end_webhook', 'needs a webhook with is_default');
}

async function insert(
  { customerId, store }: Parts,
  {
    name,
    detail,
    actions,
    on_complete_flow_id = zeroId,
    end_webhook = false,
    defaults = noDefaults,
  }: Content,
): Promise<FlowRecord> {
  const fields = { name, detail, actions, on_complete_flow_id, end_webhook };
  const flow = { ...identity(customerId), ...fields, ...birth(), defaults };
  await store.flows.insert(flow);
  return flow;
}

async function validate(
  parts: Parts,
  { actions, on_complete_flow_id, end_webhook, defaults = noDefaults }: z.output<typeof draft>,
): Promise<z.output<typeof verdict>> {
  const { problems, warnings } = await judge(parts, actions);
  const others = [
    await problemIn(checkCompletion(parts, { id: zeroId, on_complete_flow_id })),
    await problemIn(checkDefault(parts, end_webhook)),
  ].flat();
  const advice = await parts.adviseFlow(actions, defaults);
  const all = [...problems, ...others];
  return { valid: all.length === 0, problems: all, warnings: inOrder([...warnings, ...advice]) };
}

/** What a check complains of. */
async function problemIn(check: Promise<void>): Promise<readonly Problem[]> {
  try {
    await check;
    return [];
  } catch (error) {
    if (error instanceof AriflowError && error.reason === 'INVALID_ARGUMENT') return error.details;
    throw error;
  }
}
