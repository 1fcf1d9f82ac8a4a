import * as z from 'zod';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { settled } from '../settled.ts';
import { answers, idOf, idParams, when } from '../shapes.ts';
import { type Timeline, type TimelineEvent, timelineOf, timelineTypes } from '../timeline.ts';

const event: z.ZodType<TimelineEvent> = component(
  'TimelineEvent',
  z.object({
    tm: when('it began'),
    tm_end: when('it ended; the same as `tm` of what takes no time'),
    type: z.enum(timelineTypes).meta({ description: 'what kind of thing it is' }),
    what: z.string().meta({
      description: 'which one of its kind: the type of an action, a digit, an event',
      examples: ['talk'],
    }),
    id: z.string().meta({
      description: 'its id: of an action, a leg, a recording; empty where it has none',
      examples: ['ask'],
    }),
    step: z.int().meta({ description: 'the number of the step it belongs to; 0: none', examples: [2] }),
    data: z.record(z.string(), z.unknown()).meta({
      description: 'what else there is to say of it, by its `type`',
      examples: [{ next: 'to', to: 'sales' }],
    }),
  }),
);

const shown: z.ZodType<Timeline> = component(
  'Timeline',
  z.object({
    call_id: idOf('the call'),
    is_traced: z.boolean().meta({ description: 'whether a flow with `trace` has run on it' }),
    is_cut: z.boolean().meta({ description: 'whether there was more than is kept of one call' }),
    events: z.array(event).meta({ description: 'all that is known of it, in the order of its beginnings' }),
  }),
);

const query = z.strictObject({
  type: z
    .string()
    .max(200)
    .transform((types) => types.split(',').filter((type) => type !== ''))
    .pipe(z.array(z.enum(timelineTypes)))
    .optional()
    .meta({ description: 'only what is of these types, with commas between', examples: ['action,digit'] }),
});

/** What a call has met, on one time axis. */
export function timelineRoutes(api: Api, parts: Parts): void {
  api.get(
    '/calls/:id/timeline',
    {
      schema: {
        tags: ['calls'],
        operationId: 'getCallTimeline',
        summary: 'What a call has met, on one time axis',
        params: idParams,
        querystring: query,
        response: answers(shown),
      },
    },
    async ({ params, query: { type: types } }) => {
      await settled(parts);
      const { record, state } = found(await parts.store.calls.find(params.id), 'call');
      // What is stored of one that lives is as of its last change.
      const live = record.status === 'hangup' ? undefined : parts.liveCalls.diary(params.id);
      const timeline = await timelineOf(parts.store, record, live ?? state?.diary);
      if (!types) return timeline;
      return { ...timeline, events: timeline.events.filter(({ type }) => types.includes(type)) };
    },
  );
}
