import * as z from 'zod';
import { wireTime, zeroId } from '../../core/clock.ts';
import { noDefaults } from '../../flows/defaults.ts';
import type { FlowRecord, FlowRevision } from '../../flows/flow-record.ts';
import type { Api } from '../api.ts';
import { changedFlow, checkCompletion, stillExpected } from '../changed-flow.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { revision, shownFlow } from '../flow-shape.ts';
import { goodActions } from '../given-actions.ts';
import type { Parts } from '../parts.ts';
import { expectedBy, ifMatch, tagged } from '../revision-tag.ts';
import { answers, detail, idParams, listOf, name, noBody, when } from '../shapes.ts';

const shown: z.ZodType<FlowRevision> = component(
  'FlowRevision',
  z.object({
    revision: revision.meta({ description: 'which form of the flow' }),
    name,
    detail,
    tm_create: when('the flow took this form'),
  }),
);

/** Which one of a flow's. What is no number is not found. */
const params = z.strictObject({
  ...idParams.shape,
  revision: z
    .string()
    .max(100)
    .meta({ description: 'which one, by its number', examples: ['3'] }),
});

const tags = ['flows'];

/** What flows were before they were changed. */
export function flowRevisionRoutes(api: Api, parts: Parts): void {
  const { flows } = parts.store;

  api.get(
    '/flows/:id/revisions',
    {
      schema: {
        tags,
        operationId: 'listFlowRevisions',
        summary: 'List the revisions of a flow that are kept, newest first: at most 100, on one page',
        params: idParams,
        response: answers(listOf(shown)),
      },
    },
    async ({ params }) => {
      const result = await flows.revisions(params.id);
      found(result[0], 'flow');
      return { result: [...result], next_page_token: '' };
    },
  );

  api.get(
    '/flows/:id/revisions/:revision',
    {
      schema: {
        tags,
        operationId: 'getFlowRevision',
        summary: 'Get a flow as it was, or is',
        params,
        response: answers(shownFlow),
      },
    },
    async ({ params }, reply) => tagged(reply, await get(parts, params)),
  );

  api.post(
    '/flows/:id/revisions/:revision/restore',
    {
      schema: {
        tags,
        operationId: 'restoreFlowRevision',
        summary: 'Make a flow what it was, by a new revision',
        params,
        headers: ifMatch,
        body: noBody,
        response: answers(shownFlow),
      },
    },
    async ({ params, headers }, reply) => {
      const isExpected = expectedBy(headers['if-match']);
      stillExpected(found(await flows.get(params.id), 'flow'), isExpected);
      const { name, detail, actions: written, ...was } = await get(parts, params);
      const {
        id,
        on_complete_flow_id = zeroId,
        end_webhook = false,
        defaults = noDefaults,
        trace = false,
        trace_digits = 'keep',
      } = was;
      await checkCompletion(parts, { id, on_complete_flow_id });
      const actions = await goodActions(parts, written);
      const said = { name, detail, actions, on_complete_flow_id, end_webhook, defaults };
      const change = { ...said, trace, trace_digits, tm_update: wireTime() };
      return tagged(reply, await changedFlow(parts, { id, change, isExpected }));
    },
  );
}

async function get(
  { store: { flows } }: Parts,
  { id, revision }: z.output<typeof params>,
): Promise<FlowRecord> {
  const number = /^[1-9]\d{0,8}$/.test(revision) ? Number(revision) : 0;
  return found(number > 0 ? await flows.revision(id, number) : undefined, 'revision');
}
