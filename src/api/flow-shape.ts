import * as z from 'zod';
import { zeroId } from '../core/clock.ts';
import { flowDefaults, noDefaults } from '../flows/defaults.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import { withoutSecrets } from '../flows/secrets.ts';
import { component } from './components.ts';
import { customer, detail, flowAction, id, idOf, lifespan, name } from './shapes.ts';

export const completion =
  'the flow that runs without a call after an activeflow of this flow has ended, with its variables; zeros: none';
export const endWebhook = z
  .boolean()
  .meta({ description: 'whether the end of its activeflows is told to the webhook marked default' });

export const ofDefaults = {
  description: 'what its actions take that do not say it themselves',
  examples: [{ language: 'de-DE', voice: '', barge_in: true, music: '' }],
};

export const trace = z.boolean().meta({
  description:
    'whether all is kept that its calls meet: variables before and after each action, digits, bodies of requests and replies',
});

export const traceDigits = z.enum(['keep', 'mask']).meta({
  description:
    '`mask`: its traces have `***` in the place of what callers type, and of whatever holds that; `keep`: they have it',
  examples: ['mask'],
});

export const revision = z.int().meta({ examples: [3] });

/** A flow as answers show it. */
export const shownFlow: z.ZodType<Required<FlowRecord>> = component(
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
    revision: revision.meta({ description: 'counts its forms, from 1; also its `ETag`' }),
    trace,
    trace_digits: traceDigits,
  }),
);

/** In this order, with the fields that older records lack, and without the secrets. */
export function showFlow({ id, customer_id, name, detail, ...rest }: FlowRecord): Required<FlowRecord> {
  const actions = withoutSecrets(rest.actions);
  const { on_complete_flow_id = zeroId, end_webhook = false, tm_create, tm_update, tm_delete } = rest;
  const defaults = { ...noDefaults, ...rest.defaults };
  const times = { tm_create, tm_update, tm_delete };
  const { revision, trace = false, trace_digits = 'keep' } = rest;
  const said = { id, customer_id, name, detail, actions, on_complete_flow_id, end_webhook };
  return { ...said, ...times, defaults, revision, trace, trace_digits };
}
