import type { Config } from '../config/config.ts';
import type { Secrets } from '../config/secrets.ts';
import type { Late } from '../core/late.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { CallsAndFlows } from './calls-and-flows.ts';

/** What every part of the daemon stands on. */
export interface Foundation {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Log;
  /** Closed when the daemon stops: each part is a clean-up of it, and the one that was started last is stopped first. */
  readonly scope: Scope;
  /** Bound when the last part of it is there, before the first call comes. */
  readonly late: Late<CallsAndFlows>;
  /** Ends the process at once, and nothing properly: what lived here is somebody else's. */
  readonly onLost: () => void;
}

/** How long a stop waits for each part that has something to bring to an end. */
export const stopDeadline = 5_000;
