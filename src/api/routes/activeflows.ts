import * as z from 'zod';
import type { ActiveflowRecord } from '../../flows/activeflow-record.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { settled } from '../live.ts';
import type { Services } from '../services.ts';
import { action, answers, id, idParams, listOf, noBody, pageQuery, pageRequest, time } from '../shapes.ts';

const shown: z.ZodType<ActiveflowRecord> = component(
  'Activeflow',
  z.object({
    id,
    flow_id: id,
    customer_id: id,
    reference_type: z.enum(['call', 'api']),
    reference_id: id,
    current_action: action,
    forward_action_id: id,
    actions: z.array(action),
    tm_create: time,
    tm_update: time,
    tm_delete: time,
  }),
);

const variables = component(
  'Variables',
  z.object({ activeflow_id: id, variables: z.record(z.string(), z.unknown()) }),
);

export function activeflowRoutes(api: Api, services: Services): void {
  const { activeflows } = services.store;
  const tags = ['activeflows'];

  api.get(
    '/activeflows',
    {
      schema: {
        tags,
        summary: 'List activeflows, newest first',
        querystring: pageQuery,
        response: answers(listOf(shown)),
      },
    },
    async ({ query }) => {
      await settled(services);
      const { result, next } = await activeflows.list(pageRequest(query));
      return { result: result.map((record) => asItIs(services, record)), next_page_token: next };
    },
  );

  api.get(
    '/activeflows/:id',
    { schema: { tags, summary: 'Get an activeflow', params: idParams, response: answers(shown) } },
    async ({ params }) => get(services, params.id),
  );

  api.get(
    '/activeflows/:id/variables',
    { schema: { tags, summary: 'Get its variables', params: idParams, response: answers(variables) } },
    async ({ params }) => {
      const { id } = await get(services, params.id);
      return { activeflow_id: id, variables: { ...(await services.liveActiveflows.variables(id)) } };
    },
  );

  api.post(
    '/activeflows/:id/stop',
    {
      schema: {
        tags,
        summary: 'End an activeflow',
        params: idParams,
        body: noBody,
        response: answers(shown),
      },
    },
    async ({ params }) => {
      const activeflow = await get(services, params.id);
      return services.liveActiveflows.stop(activeflow.id) ? get(services, activeflow.id) : activeflow;
    },
  );
}

async function get(services: Services, id: string): Promise<ActiveflowRecord> {
  await settled(services);
  return asItIs(services, found(await services.store.activeflows.get(id), 'activeflow'));
}

/** A living one shows since when its action runs; what is stored does not. */
function asItIs({ liveActiveflows }: Services, stored: ActiveflowRecord): ActiveflowRecord {
  return liveActiveflows.get(stored.id) ?? stored;
}
