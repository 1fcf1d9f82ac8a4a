/** Whether somebody is there, and why. */
export interface OpeningNow {
  readonly open: boolean;
  /** What says so: the periods of the week, that there is none of them, or the exception of the day. */
  readonly reason: 'period' | 'no_period' | 'exception';
  /** The name of the exception; else empty. */
  readonly exception: string;
}

export interface SchedulesPort {
  /** What a schedule says of an instant, in milliseconds since 1970; nothing where there is no such schedule. */
  at(id: string, time: number): Promise<OpeningNow | undefined>;
}
