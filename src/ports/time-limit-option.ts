import type { TimeLimit } from '../calls/lifespan.ts';
import { milliseconds } from '../core/units.ts';

/** How long a call may last. */
export const timeLimitOptions = {
  time_limit: milliseconds(0, 86_400_000)
    .default(0)
    .describe('how long the call may last once it is answered, in milliseconds; 0: as long as any'),
  time_warning: milliseconds(0, 3_600_000)
    .default(30_000)
    .describe('so many milliseconds before that ends its party hears a beep; 0: none'),
};

/** The limit that they are; none where they say nothing. */
export function timeLimitOf(option: {
  readonly time_limit: number;
  readonly time_warning: number;
}): TimeLimit | undefined {
  const { time_limit: duration, time_warning: warning } = option;
  return duration > 0 ? { duration, warning } : undefined;
}
