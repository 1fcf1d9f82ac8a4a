import * as z from 'zod';
import { wireTime, zeroId } from '../../core/clock.ts';
import { AriflowError } from '../../core/errors.ts';
import { StoreError } from '../../core/store-error.ts';
import type { NumberRecord } from '../../storage/number-record.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import {
  answers,
  birth,
  customer,
  detail,
  flowFilter,
  id,
  identity,
  idOf,
  idParams,
  lifespan,
  name,
  reference,
  withPlus,
} from '../shapes.ts';
import { whole } from '../whole.ts';

const number = z
  .string()
  .regex(/^[A-Za-z0-9+*#_.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 + * # _ . -')
  .meta({
    description: 'what is dialled, matched exactly; `default` answers where nothing else does',
    examples: ['+498912345'],
  });
const callFlow = 'the flow that runs on calls to the number; zeros: none';
const messageFlow = 'the flow that runs on messages to the number; zeros: none';
const schedule = 'when `call_flow_id` runs; zeros: always';
const closedFlow = 'the flow that runs on calls while the schedule says that it is closed; zeros: none';

const shown: z.ZodType<NumberRecord> = component(
  'Number',
  z.object({
    id,
    customer_id: customer,
    number,
    name,
    detail,
    call_flow_id: idOf(callFlow),
    message_flow_id: idOf(messageFlow),
    ...lifespan,
    schedule_id: idOf(schedule),
    closed_flow_id: idOf(closedFlow),
  }),
);

const fields = {
  number,
  name,
  detail,
  call_flow_id: reference.meta({ description: callFlow }),
  message_flow_id: reference.meta({ description: messageFlow }),
  schedule_id: reference.meta({ description: schedule }),
  closed_flow_id: reference.meta({ description: closedFlow }),
};
const change = z.strictObject(fields).partial();
export const numberCreation = z.strictObject({
  number,
  name: name.default(''),
  detail: detail.default(''),
  call_flow_id: fields.call_flow_id.default(zeroId),
  message_flow_id: fields.message_flow_id.default(zeroId),
  schedule_id: fields.schedule_id.default(zeroId),
  closed_flow_id: fields.closed_flow_id.default(zeroId),
});

export function numberRoutes(api: Api, parts: Parts): void {
  const { numbers } = parts.store;
  const tags = ['numbers'];
  collectionRoutes(api, {
    path: 'numbers',
    what: 'number',
    store: numbers,
    shown,
    show: (record) => record,
    searched: 'number, name and detail',
    narrowedBy: {
      number: z
        .string()
        .max(255)
        .transform(withPlus)
        .optional()
        .meta({ description: 'only this one', examples: ['+498912345'] }),
      flow_id: flowFilter,
    },
  });

  api.post(
    '/numbers',
    {
      schema: {
        tags,
        operationId: 'createNumber',
        summary: 'Create a number',
        body: whole(numberCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      const { number, name, detail, call_flow_id, message_flow_id, schedule_id, closed_flow_id } = body;
      const fields = { number, name, detail, call_flow_id, message_flow_id };
      const hours = { schedule_id, closed_flow_id };
      const record = { ...identity(parts.customerId), ...fields, ...birth(), ...hours };
      await unlessTaken(numbers.insert(record));
      return record;
    },
  );

  api.put(
    '/numbers/:id',
    {
      schema: {
        tags,
        operationId: 'updateNumber',
        summary: 'Change a number',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      return found(
        await unlessTaken(numbers.update(params.id, { ...body, tm_update: wireTime() })),
        'number',
      );
    },
  );
}

async function unlessTaken<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof StoreError) || error.problem !== 'conflict') throw error;
    const details = [{ path: 'number', message: 'exists already' }];
    throw new AriflowError('CONFLICT', 'the number exists already', { details, cause: error });
  }
}
