/** What was looked at, and what was found. */
export interface Finding {
  /** `disk` */
  readonly what: string;
  readonly verdict: 'good' | 'warning' | 'problem';
  /** In words, with what to do. */
  readonly text: string;
}

export function good(what: string, text: string): Finding {
  return { what, verdict: 'good', text };
}

export function warning(what: string, text: string): Finding {
  return { what, verdict: 'warning', text };
}

export function problem(what: string, text: string): Finding {
  return { what, verdict: 'problem', text };
}
