import { durationText, instantOf } from './format.ts';

/** As `GET /v1.0/calls/{id}/timeline` answers. */
export interface Timeline {
  readonly call_id: string;
  readonly is_traced: boolean;
  readonly is_cut: boolean;
  readonly events: readonly TimelineEvent[];
}

export interface TimelineEvent {
  readonly tm: string;
  readonly tm_end: string;
  readonly type: string;
  readonly what: string;
  readonly id: string;
  readonly step: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event in its place: parts of the whole width, from 0 to 1. */
export interface Placed {
  readonly event: TimelineEvent;
  readonly from: number;
  readonly width: number;
}

export interface Lane {
  readonly type: string;
  readonly events: readonly Placed[];
}

export interface Axis {
  /** In milliseconds since 1970. */
  readonly begin: number;
  readonly end: number;
  readonly lanes: readonly Lane[];
}

const order = [
  ...['call', 'flow', 'action', 'failure', 'playback', 'digit', 'hold', 'variables'],
  ...['request', 'leg', 'recording', 'transcript', 'webhook'],
];

/** Everything on one axis, a lane for each kind; what goes on still goes to `now`. */
export function axisOf(events: readonly TimelineEvent[], now: number): Axis {
  const spans = events.flatMap((event) => {
    const from = instantOf(event.tm)?.getTime();
    return from === undefined
      ? []
      : [{ event, from, to: Math.max(from, instantOf(event.tm_end)?.getTime() ?? now) }];
  });
  const begin = Math.min(...spans.map(({ from }) => from));
  const end = Math.max(...spans.map(({ to }) => to), begin + 1);
  const whole = end - begin;
  const lanes = [...new Set([...order, ...events.map(({ type }) => type)])].flatMap(
    (type): readonly Lane[] => {
      const own = spans.filter(({ event }) => event.type === type);
      const placed = own.map(({ event, from, to }) => ({
        event,
        from: (from - begin) / whole,
        width: (to - from) / whole,
      }));
      return placed.length === 0 ? [] : [{ type, events: placed }];
    },
  );
  return spans.length === 0 ? { begin: now, end: now, lanes: [] } : { begin, end, lanes };
}

/** Where labels stand on an axis: at round times, six to twelve of them. In milliseconds since its beginning. */
export function ticksOf({ begin, end }: Axis): readonly number[] {
  const whole = end - begin;
  const steps = [
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000,
  ];
  const step = steps.find((each) => whole / each <= 12) ?? whole / 6;
  return Array.from({ length: Math.floor(whole / step) + 1 }, (_, index) => index * step);
}

/** What stands at such a time, on an axis that is so long. Where they are less than a second apart it has tenths. */
export function tickText(tick: number, whole: number): string {
  return whole <= 6_000 ? `${tick / 1_000} s` : durationText(tick);
}
