import * as z from 'zod';
import { millisOf, now, wireTime } from '../../core/clock.ts';
import { AriflowError } from '../../core/errors.ts';
import { milliseconds } from '../../core/units.ts';
import { type QueueStatistics, statisticsOf } from '../../queues/statistics.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { settled } from '../settled.ts';
import { answers, idOf, idParams, wireTimeInput } from '../shapes.ts';

const day = 86_400_000;

/** What is asked for at once is read in a moment. */
const longestSpan = 31 * day;

const unknown = 'null where nobody was';
const count = (what: string) => z.int().meta({ description: `how many ${what}`, examples: [3] });
const inMilliseconds = (what: string) => ({
  description: `${what}, in milliseconds`,
  examples: [41_250],
});
const lasting = (what: string) => z.int().meta(inMilliseconds(what));
const mean = (what: string) =>
  z
    .int()
    .nullable()
    .meta(inMilliseconds(`${what} on average (${unknown})`));
const time = (what: string) =>
  z.string().meta({ description: what, examples: ['2022-04-11 00:23:54.000000'] });

const shown: z.ZodType<QueueStatistics> = component(
  'QueueStatistics',
  z.object({
    queue_id: idOf('the queue'),
    from: time('calls that came then or later are counted, in UTC'),
    to: time('and before then, in UTC'),
    within: lasting('the time of `service_level`'),
    offered: count('calls came'),
    served: count('of them have talked with an agent'),
    served_within: count('of these waited no longer than `within`'),
    abandoned: count('left without'),
    abandoned_within: count('of these waited no longer than `within`'),
    waiting: count('wait still'),
    talking: count('talk still'),
    callbacks: count('of those that have left were to be called back'),
    callbacks_abandoned: count('of these could not be reached'),
    service_level: z
      .number()
      .nullable()
      .meta({
        description: `how many were served within the time, of all that were served or left, from 0 to 1; ${unknown}`,
        examples: [0.8],
      }),
    abandonment: z
      .number()
      .nullable()
      .meta({ description: `how many left without, likewise; ${unknown}`, examples: [0.05] }),
    longest_wait: lasting('how long whoever waited longest has waited, also who waits still'),
    average_wait: mean('how long those who were served waited'),
    average_handle: mean('how long they talked, without the wrap-up,'),
  }),
);

const query = z.strictObject({
  from: wireTimeInput
    .optional()
    .meta({ description: 'calls that came then or later, in UTC; a day before `to` where missing' }),
  to: wireTimeInput.optional().meta({ description: 'and before then, in UTC; now where missing' }),
  within: z
    .string()
    .regex(/^\d{1,8}$/, 'must be a number of milliseconds')
    .transform(Number)
    .pipe(milliseconds(0, day))
    .prefault('20000')
    .meta({ description: 'the time for `service_level`, in milliseconds', examples: ['20000'] }),
});

export function queueStatisticsRoutes(api: Api, parts: Parts): void {
  const { queues, queuecalls } = parts.store;
  api.get(
    '/queues/:id/statistics',
    {
      schema: {
        tags: ['queues'],
        operationId: 'getQueueStatistics',
        summary: 'Count what came of the calls of a queue in a time',
        params: idParams,
        querystring: query,
        response: answers(shown),
      },
    },
    async ({ params, query: { to = wireTime(), from = dayBefore(to), within } }) => {
      const { id: queueId } = found(await queues.get(params.id), 'queue');
      checkSpan(from, to);
      await settled(parts);
      const request = { queueId, from, to, within };
      return statisticsOf(request, await queuecalls.figures(request), now());
    },
  );
}

function dayBefore(time: string): string {
  return wireTime((millisOf(time) - day) * 1_000);
}

function checkSpan(from: string, to: string): void {
  const span = millisOf(to) - millisOf(from);
  const message =
    span <= 0 ? 'must be before `to`' : span > longestSpan ? 'must be at most 31 days before `to`' : '';
  if (message === '') return;
  throw new AriflowError('INVALID_ARGUMENT', `from: ${message}`, { details: [{ path: 'from', message }] });
}
