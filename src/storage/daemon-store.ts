import type { Completion } from '../flows/completion.ts';
import type { Kind } from '../news/kinds.ts';
import type { Stored } from '../news/live.ts';

/** Whether it waits for its turn to serve its application, serves it, or has stopped and left its calls to whoever comes next. */
export type DaemonStatus = 'waits' | 'serves' | 'left';

/** A daemon on a shared database, as all of them see it. */
export interface KnownDaemon {
  /** The instance. */
  readonly id: string;
  readonly app: string;
  /** Which Asterisk it is attached to or waits for; empty before it has found one. */
  readonly asterisk: string;
  readonly status: DaemonStatus;
  /** Whether its lease is over: by the clock of the database, which is one for all. */
  readonly hasLapsed: boolean;
  readonly isOurs: boolean;
}

/** What was another daemon's, and is ours from now on. */
export interface Taken {
  /** What had not ended when it was written last, oldest first. */
  readonly live: { readonly [K in Kind]?: readonly Stored<K>[] };
  readonly completions: readonly Completion[];
  /** The agents it had on calls. */
  readonly agents: readonly string[];
}

/** The leases by which daemons that share a database own what lives in them. */
export interface DaemonStore {
  /** A new run of this instance begins: what an earlier run still writes is refused from now on. */
  begin(app: string, lease: number): Promise<void>;
  /** Makes the lease last so many milliseconds from now; false where somebody else has taken over. */
  renew(lease: number): Promise<boolean>;
  /** Says which Asterisk we are attached to, and how; false where another daemon serves the application there. */
  attach(asterisk: string, status: DaemonStatus): Promise<boolean>;
  /** All there are, this one too. */
  all(): Promise<readonly KnownDaemon[]>;
  /**
   * Takes what a daemon owned whose lease is over; `undefined` where it is not, or somebody was faster. Whoever serves its
   * application in its Asterisk from now on takes all that lives in it, also of one that has left before its lease was over;
   * anybody else what has an end without that Asterisk.
   */
  take(id: string, heir?: { readonly asterisk: string }): Promise<Taken | undefined>;
  /** This one stops: for so many milliseconds what it leaves is for whoever serves the application next, then for anybody. */
  giveUp(status: 'waits' | 'left', patience: number): Promise<void>;
}
