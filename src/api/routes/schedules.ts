import * as z from 'zod';
import { millisOf, neverTime, systemTime, wireTime } from '../../core/clock.ts';
import { isTimeZone } from '../../flows/local-time.ts';
import { OpeningHours } from '../../schedules/opening.ts';
import { type ScheduleRecord, weekdays } from '../../schedules/schedule-record.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import {
  answers,
  birth,
  customer,
  detail,
  id,
  identity,
  idParams,
  lifespan,
  name,
  wireTimeInput,
} from '../shapes.ts';
import { whole } from '../whole.ts';

const hours = {
  from: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day, 00:00 to 23:59')
    .meta({ description: 'when it begins, by the clocks of the time zone', examples: ['08:30'] }),
  to: z
    .string()
    .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of the day, 00:00 to 24:00')
    .meta({
      description: 'when it ends: before `from` it is of the next day, `24:00` is the end of this one',
      examples: ['17:00'],
    }),
};

const lasts = {
  error: 'must end at another time than it begins: a whole day is 00:00 to 24:00',
  path: ['to'],
};
const isLong = ({ from, to }: { readonly from: string; readonly to: string }): boolean => from !== to;

const period = z
  .strictObject({
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .max(7)
      .refine((given) => new Set(given).size === given.length, 'must be each once')
      .meta({ description: 'the days on which it begins', examples: [['mon', 'tue', 'wed', 'thu', 'fri']] }),
    ...hours,
  })
  .refine(isLong, lasts);

const exception = z
  .strictObject({
    date: z
      .string()
      .regex(/^(\d{4}|-)-\d\d-\d\d$/, 'must be a day such as 2026-12-24, or of each year --12-24')
      .refine(isDay, 'must be a day that there is')
      .meta({ description: 'which day; `--12-24`: of each year', examples: ['2026-12-24'] }),
    name: name.default('').meta({ description: 'why, for people', examples: ['Christmas Eve'] }),
    closed: z.boolean().default(false).meta({ description: 'whether it is closed all day' }),
    periods: z
      .array(z.strictObject(hours).refine(isLong, lasts))
      .max(20)
      .default([])
      .meta({ description: 'the hours of that day, instead of those of the week', examples: [[]] }),
  })
  .refine(({ closed, periods }) => closed !== periods.length > 0, 'must have `closed: true`, or `periods`');

const fields = {
  name,
  detail,
  timezone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be a time zone such as Europe/Berlin')
    .meta({ description: 'whose clocks count: an IANA name, or an offset', examples: ['Europe/Berlin'] }),
  periods: z.array(period).max(100).meta({ description: 'when it is open, week by week' }),
  exceptions: z
    .array(exception)
    .max(400)
    .refine((given) => new Set(given.map(({ date }) => date)).size === given.length, 'must be each day once')
    .meta({ description: 'days with hours of their own, or none' }),
};

const shown: z.ZodType<ScheduleRecord> = component(
  'Schedule',
  z.object({ id, customer_id: customer, ...fields, ...lifespan }),
);
const change = z.strictObject(fields).partial();
export const scheduleCreation = z.strictObject({
  ...fields,
  name: name.default(''),
  detail: detail.default(''),
  timezone: fields.timezone.default('UTC'),
  exceptions: fields.exceptions.default([]),
});

const moment = z.strictObject({
  time: wireTimeInput
    // Before that nobody's clocks were set by zones, and calendars differ; behind it `until` could not be written.
    .refine((time) => time >= '1900' && time < '9000', 'must be of the years 1900 to 8999')
    .optional()
    .meta({
      description: 'when, in UTC or with an offset; now, where nothing is said',
      examples: ['2026-12-24 09:00:00'],
    }),
});

const opening = component(
  'Opening',
  z.object({
    open: z.boolean().meta({ description: 'whether it is open then' }),
    reason: z.enum(['period', 'no_period', 'exception']).meta({
      description: 'what says so: a period of the week, that there is none, or the exception of the day',
    }),
    exception: z
      .string()
      .meta({ description: 'the name of the exception; else empty', examples: ['Christmas Eve'] }),
    until: z.string().meta({
      description: `when that changes, in UTC; \`${neverTime}\`: not for a year and more`,
      examples: ['2026-12-24 16:00:00.000000'],
    }),
  }),
);

export function scheduleRoutes(api: Api, parts: Parts): void {
  const { schedules: store } = parts.store;
  const tags = ['schedules'];
  collectionRoutes(api, {
    path: 'schedules',
    what: 'schedule',
    store,
    shown,
    show: (record) => record,
    searched: 'name and detail',
  });

  api.post(
    '/schedules',
    {
      schema: {
        tags,
        operationId: 'createSchedule',
        summary: 'Create a schedule',
        body: whole(scheduleCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      const { name, detail, timezone, periods, exceptions } = body;
      const said = { name, detail, timezone, periods, exceptions };
      const schedule = { ...identity(parts.customerId), ...said, ...birth() };
      await store.insert(schedule);
      return schedule;
    },
  );

  api.put(
    '/schedules/:id',
    {
      schema: {
        tags,
        operationId: 'updateSchedule',
        summary: 'Change a schedule',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) =>
      found(await store.update(params.id, { ...body, tm_update: wireTime() }), 'schedule'),
  );

  api.get(
    '/schedules/:id/at',
    {
      schema: {
        tags,
        operationId: 'getOpening',
        summary: 'Whether it is open at a time, why, and until when',
        params: idParams,
        querystring: moment,
        response: answers(opening),
      },
    },
    async ({ params, query }) => {
      const hours = new OpeningHours(found(await store.get(params.id), 'schedule'));
      const time = query.time === undefined ? systemTime() : millisOf(query.time);
      const until = hours.changeAfter(time);
      return { ...hours.at(time), until: until === undefined ? neverTime : wireTime(until * 1_000) };
    },
  );
}

function isDay(date: string): boolean {
  // Of a leap year: what comes each year may come every fourth.
  const whole = date.startsWith('--') ? `2000${date.slice(1)}` : date;
  const time = Date.parse(`${whole}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(whole);
}
