import type { OpeningNow } from '../ports/schedules.ts';
import { type Hours, type ScheduleException, type ScheduleRecord, weekdays } from './schedule-record.ts';
import { dateOf, weekdayOf, ZoneClock } from './zone-clock.ts';

export type Schedule = Pick<ScheduleRecord, 'timezone' | 'periods' | 'exceptions'>;

/** Further than this nobody looks ahead, in days: a leap year, and what is moved in it. */
const furthest = 400;

/** Stretches of time in which it is open, one day after the other. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly exception: ScheduleException | undefined;
}

/** A schedule, as the instants at which it opens and closes. A stretch belongs to the day on which it begins, also over midnight. */
export class OpeningHours {
  readonly #schedule: Schedule;
  readonly #clock: ZoneClock;
  readonly #exceptions: ReadonlyMap<string, ScheduleException>;
  readonly #days = new Map<number, readonly Stretch[]>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
    this.#clock = new ZoneClock(schedule.timezone);
    this.#exceptions = new Map(schedule.exceptions.map((exception) => [exception.date, exception]));
  }

  at(time: number): OpeningNow {
    const open = this.#around(time);
    if (open) {
      const { exception } = open;
      return { open: true, reason: exception ? 'exception' : 'period', exception: exception?.name ?? '' };
    }
    const exception = this.#exceptionOf(this.#clock.dayOf(time));
    return { open: false, reason: exception ? 'exception' : 'no_period', exception: exception?.name ?? '' };
  }

  /** When that changes next; nothing where it does not for a year and more. */
  changeAfter(time: number): number | undefined {
    return this.#around(time) ? this.#closing(time) : this.#opening(time);
  }

  #opening(time: number): number | undefined {
    const today = this.#clock.dayOf(time);
    for (let day = today; day <= today + furthest; day++) {
      const starts = this.#of(day).flatMap(({ start }) => (start > time ? [start] : []));
      if (starts.length > 0) return Math.min(...starts);
    }
    return undefined;
  }

  /** Of one stretch, or of several that go over into one another. */
  #closing(time: number): number | undefined {
    let end = time;
    for (let steps = 0; steps <= furthest; steps++) {
      const next = this.#around(end);
      if (!next) return end;
      end = next.end;
    }
    return undefined;
  }

  /** The one that holds this instant, of several the one that ends last. */
  #around(time: number): Stretch | undefined {
    const day = this.#clock.dayOf(time);
    return [...this.#of(day - 1), ...this.#of(day)]
      .filter(({ start, end }) => start <= time && time < end)
      .toSorted((one, other) => other.end - one.end)[0];
  }

  #of(day: number): readonly Stretch[] {
    const known = this.#days.get(day);
    if (known) return known;
    const exception = this.#exceptionOf(day);
    const name = weekdays[weekdayOf(day)] ?? 'mon';
    const hours = exception
      ? exception.periods
      : this.#schedule.periods.filter(({ days }) => days.includes(name));
    const stretches = hours
      .map((each) => this.#stretch(day, each, exception))
      .filter(({ start, end }) => start < end); // in an hour that is left out there is no time
    this.#days.set(day, stretches);
    return stretches;
  }

  #stretch(day: number, { from, to }: Hours, exception: ScheduleException | undefined): Stretch {
    const [first, last] = [minutesOf(from), minutesOf(to)];
    return {
      // An hour that comes twice is open both times.
      start: this.#clock.instant(day, first, 'first'),
      end: this.#clock.instant(last > first ? day : day + 1, last, 'last'),
      exception,
    };
  }

  #exceptionOf(day: number): ScheduleException | undefined {
    const date = dateOf(day);
    return this.#exceptions.get(date) ?? this.#exceptions.get(`--${date.slice(5)}`);
  }
}

/** Of `09:30` the minutes since midnight. */
function minutesOf(time: string): number {
  const [hours = '', minutes = ''] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
