import * as z from 'zod';
import type { Problem } from '../../core/errors.ts';
import {
  type ActiveflowRecord,
  activeflowStatuses,
  type ShownActiveflow,
} from '../../flows/activeflow-record.ts';
import { withoutSecrets } from '../../flows/secrets.ts';
import { isReserved } from '../../flows/variables.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { exampleActions, firstVariables, flowIdOrNone, flowToRun, givenActions } from '../given-actions.ts';
import type { Parts } from '../parts.ts';
import { problemSchema } from '../problems.ts';
import { settled, stored } from '../settled.ts';
import {
  answers,
  currentAction,
  customer,
  flowAction,
  flowFilter,
  id,
  idOf,
  idParams,
  lifespan,
  listOf,
  listRequest,
  noBody,
  pageQuery,
  referenceFilter,
  span,
  statusFilter,
} from '../shapes.ts';

const told = {
  id,
  flow_id: idOf('the stored flow that runs; zeros: actions that were given'),
  customer_id: customer,
  reference_type: z
    .enum(['call', 'api'])
    .meta({ description: 'what it runs on: a call, or nothing (`api`)' }),
  reference_id: idOf('the call it runs on; zeros without one'),
  current_action: currentAction.meta({ description: 'the action it is at' }),
  forward_action_id: idOf('the action it was told to go on with; zeros: none'),
  actions: z.array(flowAction).meta({ description: 'its actions, as they were when it began' }),
  ...lifespan,
};

/** As its events show it: their names say the rest. */
component('ActiveflowEvent', z.object(told));

const fields = {
  ...told,
  status: z
    .enum(activeflowStatuses)
    .meta({ description: 'whether it goes on; `tm_update` of one that has ended is its end' }),
};

const shown: z.ZodType<ShownActiveflow> = component('Activeflow', z.object(fields));

interface Started extends ShownActiveflow {
  readonly warnings?: readonly Problem[];
}

/** As it has begun; with what of its flow is left out without a call, where that is anything. */
const started: z.ZodType<Started> = component(
  'StartedActiveflow',
  z.object({
    ...fields,
    warnings: z
      .array(problemSchema)
      .exactOptional()
      .meta({ description: 'what of the flow is left out, since there is no call' }),
  }),
);

const listQuery = z.strictObject({
  ...pageQuery.shape,
  reference_id: referenceFilter,
  ...span,
  status: statusFilter(z.enum(activeflowStatuses)),
  flow_id: flowFilter,
});

const creation = z
  .strictObject({
    flow_id: flowIdOrNone,
    actions: givenActions.optional().meta({ description: 'count where there is no flow_id' }),
    variables: firstVariables,
  })
  .meta({ examples: [{ actions: exampleActions, variables: { customer: 'Ada Lovelace' } }] });

/** Names and values, as the flow reads them. */
const variables = component(
  'Variables',
  z.record(z.string(), z.unknown()).meta({
    description: 'the value of each variable by its name',
    examples: [{ 'voipbin.call.digits': '1', language: 'de-DE' }],
  }),
);

const tags = ['activeflows'];

export function activeflowRoutes(api: Api, parts: Parts): void {
  const { activeflows } = parts.store;
  const list = {
    operationId: 'listActiveflows',
    summary: 'List activeflows, newest first',
    response: answers(listOf(shown)),
  };

  api.get('/activeflows', { schema: { tags, ...list, querystring: listQuery } }, async ({ query }) => {
    await settled(parts);
    const [page, { status, ...filter }] = listRequest(query);
    const is_ended = status && (status === 'ended' ? 1 : 0);
    const { result, next } = await activeflows.list(page, { ...filter, is_ended });
    return { result: result.map((record) => asItIs(parts, record)), next_page_token: next };
  });

  api.post(
    '/activeflows',
    {
      schema: {
        tags,
        operationId: 'startActiveflow',
        summary: 'Run a flow without a call',
        body: creation,
        response: answers(started),
      },
    },
    async ({ body }) => start(parts, body),
  );

  api.get(
    '/activeflows/:id',
    {
      schema: {
        tags,
        operationId: 'getActiveflow',
        summary: 'Get an activeflow',
        params: idParams,
        response: answers(shown),
      },
    },
    async ({ params }) => get(parts, params.id),
  );

  api.get(
    '/activeflows/:id/variables',
    {
      schema: {
        tags,
        operationId: 'getActiveflowVariables',
        summary: 'Get its variables',
        params: idParams,
        response: answers(variables),
      },
    },
    async ({ params }) => getVariables(parts, params.id),
  );

  api.post(
    '/activeflows/:id/stop',
    {
      schema: {
        tags,
        operationId: 'stopActiveflow',
        summary: 'End an activeflow',
        params: idParams,
        body: noBody,
        response: answers(shown),
      },
    },
    async ({ params }) => stop(parts, params.id),
  );
}

async function start(
  parts: Parts,
  { flow_id, actions, variables }: z.output<typeof creation>,
): Promise<Started> {
  const given = Object.fromEntries(Object.entries(variables).filter(([name]) => !isReserved(name)));
  const flow = await flowToRun(parts, flow_id, actions);
  const { activeflow, warnings } = await stored(parts, parts.startActiveflow(flow, given));
  return { ...activeflow, status: 'running', ...(warnings.length > 0 && { warnings }) };
}

/** What is not committed yet counts: an activeflow can be seen and stopped while the store is full. */
async function get(parts: Parts, id: string): Promise<ShownActiveflow> {
  const { recorder, store } = parts;
  const record = recorder.latest('activeflows', id)?.record ?? (await store.activeflows.get(id));
  return asItIs(parts, found(record, 'activeflow'));
}

async function getVariables(parts: Parts, given: string): Promise<z.output<typeof variables>> {
  const { id } = await get(parts, given);
  return { ...(await parts.liveActiveflows.variables(id)) };
}

/** Answers the activeflow as it is once the end was asked for. One that has ended already is answered as it is. */
async function stop(parts: Parts, id: string): Promise<ShownActiveflow> {
  const activeflow = await get(parts, id);
  return parts.liveActiveflows.stop(id) ? get(parts, id) : activeflow;
}

/** A living one shows since when its action runs; what is stored does not, and may be of a daemon that hid no secrets. */
function asItIs(
  { liveActiveflows }: Parts,
  kept: ActiveflowRecord & Partial<ShownActiveflow>,
): ShownActiveflow {
  const live = liveActiveflows.get(kept.id);
  if (live) return { ...live, status: 'running' };
  return { ...withoutSecrets(kept), status: kept.status ?? 'ended' };
}
