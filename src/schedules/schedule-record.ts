/** The days of a week, Monday first. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type Weekday = (typeof weekdays)[number];

/** From one time of a day to another, `09:00` to `17:30`: not after `from` it is of the next day; `24:00` is the end of this one. */
export interface Hours {
  readonly from: string;
  readonly to: string;
}

export interface Period extends Hours {
  readonly days: readonly Weekday[];
}

/** A day on which other hours are in force than on any other of its kind: those given, or none. */
export interface ScheduleException {
  /** `2026-12-24`, or of each year `--12-24`. */
  readonly date: string;
  readonly name: string;
  readonly closed: boolean;
  readonly periods: readonly Hours[];
}

/** Opening hours as REST shows them. */
export interface ScheduleRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly detail: string;
  readonly timezone: string;
  readonly periods: readonly Period[];
  readonly exceptions: readonly ScheduleException[];
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
}
