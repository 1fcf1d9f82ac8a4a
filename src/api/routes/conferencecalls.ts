import * as z from 'zod';
import {
  type ConferencecallRecord,
  conferencecallStatuses,
} from '../../conferences/conferencecall-record.ts';
import { AriflowError } from '../../core/errors.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { settled } from '../live.ts';
import { orRefusal } from '../refusal.ts';
import type { Services } from '../services.ts';
import {
  answers,
  customer,
  exampleId,
  id,
  idOf,
  idParams,
  lifespan,
  listOf,
  noBody,
  pageQuery,
  pageRequest,
} from '../shapes.ts';

const shown: z.ZodType<ConferencecallRecord> = component(
  'Conferencecall',
  z.object({
    id,
    customer_id: customer,
    activeflow_id: idOf('the flow in progress that joined'),
    conference_id: idOf('the conference'),
    reference_type: z.literal('call').meta({ description: 'who is in it: always a call' }),
    reference_id: idOf('the call'),
    status: z
      .enum(conferencecallStatuses)
      .meta({ description: '`joining`: before it is in; `leaved`: it has left' }),
    ...lifespan,
  }),
);

const listQuery = z.strictObject({
  ...pageQuery.shape,
  conference_id: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'only those of this conference', examples: [exampleId] }),
});
const answer = { params: idParams, response: answers(shown) };
const tags = ['conferencecalls'];

export function conferencecallRoutes(api: Api, services: Services): void {
  const { conferencecalls } = services.store;

  api.get(
    '/conferencecalls',
    {
      schema: {
        tags,
        operationId: 'listConferencecalls',
        summary: 'List calls in conferences, newest first',
        querystring: listQuery,
        response: answers(listOf(shown)),
      },
    },
    async ({ query }) => {
      await settled(services);
      const { result, next } = await conferencecalls.list(pageRequest(query), query);
      return { result: [...result], next_page_token: next };
    },
  );

  api.get(
    '/conferencecalls/:id',
    { schema: { tags, operationId: 'getConferencecall', summary: 'Get a call in a conference', ...answer } },
    async ({ params }) => get(services, params.id),
  );

  api.delete(
    '/conferencecalls/:id',
    {
      schema: {
        tags,
        operationId: 'deleteConferencecall',
        summary: 'Send it on to its next action',
        ...answer,
        body: noBody,
      },
    },
    async ({ params }) => kick(services, params.id),
  );

  api.post(
    '/conferencecalls/:id/kick',
    {
      schema: {
        tags,
        operationId: 'kickConferencecall',
        summary: 'Send it on to its next action',
        ...answer,
        body: noBody,
      },
    },
    async ({ params }) => kick(services, params.id),
  );

  api.post(
    '/conferencecalls/:id/mute',
    {
      schema: {
        tags,
        operationId: 'muteConferencecall',
        summary: 'Keep the others from hearing it',
        ...answer,
        body: noBody,
      },
    },
    async ({ params }) => setMuted(services, params.id, true),
  );

  api.delete(
    '/conferencecalls/:id/mute',
    {
      schema: {
        tags,
        operationId: 'unmuteConferencecall',
        summary: 'Let the others hear it again',
        ...answer,
        body: noBody,
      },
    },
    async ({ params }) => setMuted(services, params.id, false),
  );
}

async function get(services: Services, id: string): Promise<ConferencecallRecord> {
  const live = services.conferencecalls.get(id);
  if (live) return live;
  await settled(services);
  return found(await services.store.conferencecalls.get(id), 'conferencecall');
}

/** One that has left is answered as it is. */
async function kick(services: Services, id: string): Promise<ConferencecallRecord> {
  const confbridgeId = services.conferencecalls.confbridgeOf(id);
  if (confbridgeId === undefined) return get(services, id);
  const { reference_id, status } = await get(services, id);
  if (status === 'joining') throw notIn;
  services.conferencecalls.leaving(id);
  await services.confbridges.kick(confbridgeId, reference_id);
  return get(services, id);
}

async function setMuted(services: Services, id: string, isMuted: boolean): Promise<ConferencecallRecord> {
  const conferencecall = await get(services, id);
  const confbridgeId = services.conferencecalls.confbridgeOf(id) ?? '';
  const { confbridges } = services;
  const muting = confbridges.setMuted(confbridgeId, conferencecall.reference_id, isMuted);
  if (!(await orRefusal(muting))) throw notIn;
  return conferencecall;
}

const notIn = new AriflowError('CONFLICT', 'the call is not in the conference');
