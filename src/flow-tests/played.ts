/** What has become of a test's call, for whoever judges it: plain data. All times are milliseconds of virtual time since it began. */
export interface Played {
  /** What the caller has heard: what was said, or the name of what was played. In order, as is all of it. */
  readonly heard: readonly Heard[];
  readonly requested: readonly PlayedRequest[];
  /** The actions that have begun, of all flows of the call. */
  readonly passed: readonly { readonly at: number; readonly id: string; readonly type: string }[];
  /** At the end of its flow. */
  readonly variables: Readonly<Record<string, string>>;
  /** How many of his steps the caller has done. */
  readonly done: number;
  /** Nothing where it has not ended. */
  readonly end: { readonly at: number; readonly by: 'caller' | 'flow' } | undefined;
  /** Why it was broken off: it did not end by itself, or nobody can say how it goes on. */
  readonly broken: string | undefined;
}

export interface Heard {
  readonly at: number;
  readonly text: string;
}

export interface PlayedRequest {
  readonly at: number;
  readonly method: string;
  readonly url: string;
  readonly body: string;
}
