import { remembered } from '../core/remembered.ts';
import type { OpeningNow, SchedulesPort } from '../ports/schedules.ts';
import { OpeningHours } from './opening.ts';
import type { ScheduleRecord } from './schedule-record.ts';

export interface KnownSchedules {
  get(id: string): Promise<ScheduleRecord | undefined>;
  /** Grows with every change; `undefined` where others change them too. */
  readonly edition: number | undefined;
}

/** So many are remembered. */
const most = 1_000;

/** The opening hours that are stored. */
export class Schedules implements SchedulesPort {
  readonly #find: (id: string) => Promise<ScheduleRecord | undefined>;

  constructor(store: KnownSchedules) {
    this.#find = remembered(
      (id) => store.get(id),
      most,
      () => store.edition,
    );
  }

  async at(id: string, time: number): Promise<OpeningNow | undefined> {
    const schedule = await this.#find(id);
    return schedule && new OpeningHours(schedule).at(time);
  }
}
