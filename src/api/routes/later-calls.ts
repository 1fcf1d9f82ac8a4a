import * as z from 'zod';
import type { LaterCallRecord } from '../../ports/later-requests.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { laterCallShape as shown } from '../later-call-shape.ts';
import type { Parts } from '../parts.ts';
import {
  answers,
  flowFilter,
  idParams,
  listOf,
  listRequest,
  noBody,
  numberFilter,
  pageQuery,
  searchIn,
  span,
} from '../shapes.ts';

const listQuery = z.strictObject({
  ...pageQuery.shape,
  ...span,
  number: numberFilter,
  flow_id: flowFilter,
  search: searchIn('who calls and who is called, numbers and names'),
});

const tags = ['calls'];
const answer = { params: idParams, response: answers(shown) };

/** Calls that are to be made: ordered over REST, or by a flow. Once one is made it is a call like any. */
export function laterCallRoutes(api: Api, { store }: Parts): void {
  const { laterCalls } = store;

  api.get(
    '/latercalls',
    {
      schema: {
        tags,
        operationId: 'listLaterCalls',
        summary: 'List calls that are to be made, newest order first',
        querystring: listQuery,
        response: answers(listOf(shown)),
      },
    },
    async ({ query }) => {
      const { result, next } = await laterCalls.list(...listRequest(query));
      return { result: [...result], next_page_token: next };
    },
  );

  api.get(
    '/latercalls/:id',
    { schema: { tags, operationId: 'getLaterCall', summary: 'Get a call that is to be made', ...answer } },
    async ({ params }) => found(await laterCalls.get(params.id), 'later call'),
  );

  api.delete(
    '/latercalls/:id',
    {
      schema: {
        tags,
        operationId: 'cancelLaterCall',
        summary: 'Give up a call that is to be made',
        ...answer,
        body: noBody,
      },
    },
    async ({ params }) => cancel(store, params.id),
  );
}

/** Whoever takes it out of the store is the one who makes it, or gives it up. */
async function cancel({ laterCalls }: Parts['store'], id: string): Promise<LaterCallRecord> {
  const call = found(await laterCalls.get(id), 'later call');
  const isOurs = await laterCalls.delete(id);
  return found(isOurs ? call : undefined, 'later call');
}
