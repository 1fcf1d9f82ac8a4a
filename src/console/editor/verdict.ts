import { useEffect, useState } from 'react';
import { type Problem, request } from '../lib/api.ts';
import type { ActionJson } from './model.ts';

/** As `POST /v1.0/flows/validate` answers. */
export interface Verdict {
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export const unjudged: Verdict = { valid: true, problems: [], warnings: [] };

/** In milliseconds: nobody is told what is wrong while he writes it. */
const pause = 350;

/** What the daemon says of these actions, a moment after they have changed. */
export function useVerdict(actions: readonly ActionJson[]): Verdict {
  const [verdict, setVerdict] = useState(unjudged);
  useEffect(() => {
    const asking = new AbortController();
    const timer = setTimeout(() => {
      request<Verdict>('POST', '/v1.0/flows/validate', { actions }, { signal: asking.signal })
        .then(setVerdict)
        .catch(() => undefined); // what was known stays; saving says it again
    }, pause);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [actions]);
  return verdict;
}
