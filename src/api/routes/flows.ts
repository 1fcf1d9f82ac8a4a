import * as z from 'zod';
import { wireTime, zeroId } from '../../core/clock.ts';
import { AriflowError, type Problem } from '../../core/errors.ts';
import { inOrder } from '../../flows/advice/in-order.ts';
import { flowDefaults, noDefaults } from '../../flows/defaults.ts';
import { type FlowRecord, firstRevision } from '../../flows/flow-record.ts';
import { withStoredSecrets } from '../../flows/stored-secrets.ts';
import type { Api } from '../api.ts';
import { changedFlow, checkCompletion, stillExpected } from '../changed-flow.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import {
  completion,
  endWebhook,
  ofDefaults,
  showFlow,
  shownFlow,
  trace,
  traceDigits,
} from '../flow-shape.ts';
import { givenActions, goodActions, judge } from '../given-actions.ts';
import type { Parts } from '../parts.ts';
import { invalid, problemSchema } from '../problems.ts';
import { expectedBy, ifMatch, tagged, tagOf } from '../revision-tag.ts';
import { answers, birth, detail, identity, idParams, name, noBody, reference } from '../shapes.ts';
import { whole } from '../whole.ts';

const creation = z.strictObject({
  name: name.min(1),
  detail: detail.default(''),
  actions: givenActions.default([]),
  on_complete_flow_id: reference.default(zeroId).meta({ description: completion }),
  end_webhook: endWebhook.default(false),
  defaults: flowDefaults.default(noDefaults).meta(ofDefaults),
  trace: trace.default(false),
  trace_digits: traceDigits.default('keep'),
});
const change = z
  .strictObject({
    name: name.min(1),
    detail,
    actions: givenActions,
    on_complete_flow_id: reference.meta({ description: completion }),
    end_webhook: endWebhook,
    defaults: flowDefaults.meta(ofDefaults),
    trace,
    trace_digits: traceDigits,
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
    shown: shownFlow,
    show: showFlow,
    tag: tagOf,
    searched: 'name and detail',
  });

  api.post(
    '/flows',
    {
      schema: {
        tags,
        operationId: 'createFlow',
        summary: 'Create a flow',
        body: whole(creation, shownFlow),
        response: answers(shownFlow),
      },
    },
    async ({ body }, reply) => {
      await checkCompletion(parts, { ...body, id: zeroId });
      const actions = await goodActions(parts, body.actions);
      return tagged(reply, await insert(parts, { ...body, actions }));
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
        headers: ifMatch,
        body: whole(change, shownFlow),
        response: answers(shownFlow),
      },
    },
    async ({ params: { id }, body, headers }, reply) => {
      const isExpected = expectedBy(headers['if-match']);
      stillExpected(found(await flows.get(id), 'flow'), isExpected);
      const actions =
        body.actions && (await goodActions(parts, await withItsSecrets(parts, id, body.actions)));
      await checkCompletion(parts, { ...body, id });
      const change = { ...body, actions, tm_update: wireTime() };
      return tagged(reply, await changedFlow(parts, { id, change, isExpected }));
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
        response: answers(shownFlow),
      },
    },
    async ({ params }, reply) => {
      const flow = found(await flows.get(params.id), 'flow');
      const copy = await insert(parts, { ...flow, name: `${flow.name} copy` });
      const layout = await flows.layout(flow);
      if (layout) await flows.layOut(copy.id, layout);
      return tagged(reply, copy);
    },
  );

  api.post(
    '/flows/validate',
    {
      schema: {
        tags,
        operationId: 'validateFlow',
        summary: 'Check a flow, store nothing',
        body: whole(draft, shownFlow),
        response: answers(verdict),
      },
    },
    async ({ body }) => validate(parts, body),
  );
}

type Content = Pick<
  FlowRecord,
  | 'name'
  | 'detail'
  | 'actions'
  | 'on_complete_flow_id'
  | 'end_webhook'
  | 'defaults'
  | 'trace'
  | 'trace_digits'
>;

/** The actions with the secrets that they hide still, as answers do. */
async function withItsSecrets(
  { store }: Parts,
  id: string,
  given: readonly unknown[],
): Promise<readonly unknown[]> {
  return withStoredSecrets(given, found(await store.flows.get(id), 'flow').actions);
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
    trace = false,
    trace_digits = 'keep',
  }: Content,
): Promise<FlowRecord> {
  const fields = { name, detail, actions, on_complete_flow_id, end_webhook };
  const traced = { trace, trace_digits };
  const flow = { ...identity(customerId), ...fields, ...birth(), defaults, ...firstRevision, ...traced };
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
