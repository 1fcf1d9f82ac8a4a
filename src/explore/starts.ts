import { type ClockTime, isClockTime } from '../flows/clock-time.ts';
import { objectIn } from '../flows/written.ts';
import { OpeningHours } from '../schedules/opening.ts';
import type { ScheduleException } from '../schedules/schedule-record.ts';
import type { Decision } from './decision.ts';
import type { Plan } from './plan.ts';
import { type Says, startTimes } from './start-times.ts';

type Start = Extract<Decision, { kind: 'start' }>;
type From = Extract<Decision, { kind: 'from' }>;

export interface Starts {
  readonly starts: readonly [Start, ...Start[]];
  /** Whether more of them meet with something different. */
  readonly isCut: boolean;
}

/** A Monday at noon. */
const usualTime = Date.parse('2026-03-02T12:00:00Z');
/** Who calls where nobody is named. */
export const usualNumber = '+4930123456';

/** When calls come that meet with something different: the usual time first. */
export function startsOf({ all, catalogue, installation }: Plan, at: Date | undefined): Starts {
  const usual = at?.getTime() ?? usualTime;
  const clocks = all.flatMap(({ type, option }): Says[] => {
    if (type !== 'condition_datetime') return [];
    const { success, data } = catalogue.get(type)?.option.safeParse(option ?? {}) ?? {};
    return success ? [(time) => String(isClockTime(data as ClockTime, new Date(time)))] : [];
  });
  const asked = new Set(
    all.flatMap(({ type, option }) =>
      type === 'condition_schedule' ? [String(objectIn(option).schedule_id)] : [],
    ),
  );
  const schedules = installation.schedules.filter(({ id }) => asked.has(id.toLowerCase()));
  const hours = schedules.map((schedule): Says => {
    const opening = new OpeningHours(schedule);
    return (time) => JSON.stringify(opening.at(time));
  });
  const days = schedules.flatMap(({ exceptions }) => exceptions.flatMap(noonOf));
  const { times, isCut } = startTimes(usual, [...clocks, ...hours], days);
  const [first, ...others] = times.map(
    (time): Start => ({ kind: 'start', at: time, isUsual: time === usual }),
  );
  return { starts: [first ?? { kind: 'start', at: usual, isUsual: true }, ...others], isCut };
}

/** Of a day that is not the same every year. */
function noonOf({ date }: ScheduleException): readonly number[] {
  const noon = Date.parse(`${date}T12:00:00Z`);
  return Number.isNaN(noon) ? [] : [noon];
}

/** Who calls: any number, and those that the flow makes a difference of. */
export function callersOf({ differences }: Plan, from: string | undefined): readonly [From, ...From[]] {
  const usual = from ?? usualNumber;
  const known = differences.of('voipbin.call.source.target', 'call.cli', 'call.cli.number');
  return [
    { kind: 'from', number: usual, isUsual: true },
    ...known
      .filter((number) => number !== usual && number !== '')
      .map((number): From => ({ kind: 'from', number, isUsual: false })),
  ];
}
