import * as z from 'zod';
import {
  type ConferencecallRecord,
  conferencecallStatuses,
} from '../../conferences/conferencecall-record.ts';
import { AriflowError } from '../../core/errors.ts';
import type { Api } from '../api.ts';
import { found, listRoute } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { orRefusal } from '../refusal.ts';
import { settled } from '../settled.ts';
import {
  answers,
  customer,
  filterBy,
  id,
  idOf,
  idParams,
  lifespan,
  noBody,
  referenceFilter,
  statusFilter,
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

const narrowedBy = {
  conference_id: filterBy('conference'),
  reference_id: referenceFilter,
  status: statusFilter(z.enum(conferencecallStatuses)),
};
const answer = { params: idParams, response: answers(shown) };
const tags = ['conferencecalls'];

export function conferencecallRoutes(api: Api, parts: Parts): void {
  listRoute(api, {
    path: 'conferencecalls',
    what: 'calls in conferences',
    shown,
    narrowedBy,
    list: async (...asked) => {
      await settled(parts);
      return parts.store.conferencecalls.list(...asked);
    },
  });

  api.get(
    '/conferencecalls/:id',
    { schema: { tags, operationId: 'getConferencecall', summary: 'Get a call in a conference', ...answer } },
    async ({ params }) => get(parts, params.id),
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
    async ({ params }) => kick(parts, params.id),
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
    async ({ params }) => kick(parts, params.id),
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
    async ({ params }) => setMuted(parts, params.id, true),
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
    async ({ params }) => setMuted(parts, params.id, false),
  );
}

async function get(parts: Parts, id: string): Promise<ConferencecallRecord> {
  const live = parts.conferencecalls.get(id);
  if (live) return live;
  await settled(parts);
  return found(await parts.store.conferencecalls.get(id), 'conferencecall');
}

/** One that has left is answered as it is. */
async function kick(parts: Parts, id: string): Promise<ConferencecallRecord> {
  const confbridgeId = parts.conferencecalls.confbridgeOf(id);
  if (confbridgeId === undefined) return get(parts, id);
  const { reference_id, status } = await get(parts, id);
  if (status === 'joining') throw notIn;
  parts.conferencecalls.leaving(id);
  await parts.confbridges.kick(confbridgeId, reference_id);
  return get(parts, id);
}

async function setMuted(parts: Parts, id: string, isMuted: boolean): Promise<ConferencecallRecord> {
  const conferencecall = await get(parts, id);
  const confbridgeId = parts.conferencecalls.confbridgeOf(id) ?? '';
  const { confbridges } = parts;
  const muting = confbridges.setMuted(confbridgeId, conferencecall.reference_id, isMuted);
  if (!(await orRefusal(muting))) throw notIn;
  return conferencecall;
}

const notIn = new AriflowError('CONFLICT', 'the call is not in the conference');
