import type { Admission } from '../calls/admission.ts';
import { AriflowError } from '../core/errors.ts';

/** What still lives of a daemon that is drained, or is not. */
export interface DrainView {
  readonly draining: boolean;
  readonly calls: number;
  readonly activeflows: number;
  readonly tm_drain: string;
}

/** Keeps new calls out, and ends none. */
export interface Drain {
  look(): DrainView;
  begin(): DrainView;
  /** @throws AriflowError `CONFLICT` where the daemon is stopping */
  end(): DrainView;
}

interface Lives {
  readonly calls: { readonly size: number };
  readonly activeflows: { readonly size: number };
}

export function drainOf(
  admission: Pick<Admission, 'closedFor' | 'drainedSince' | 'drain' | 'open'>,
  { calls, activeflows }: Lives,
): Drain {
  const look = (): DrainView => ({
    draining: admission.closedFor !== undefined,
    calls: calls.size,
    activeflows: activeflows.size,
    tm_drain: admission.drainedSince,
  });
  return {
    look,
    begin: () => {
      admission.drain();
      return look();
    },
    end: () => {
      if (admission.closedFor === 'stopping')
        throw new AriflowError('CONFLICT', 'the daemon is stopping: it takes no more calls');
      admission.open();
      return look();
    },
  };
}
