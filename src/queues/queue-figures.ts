/** Which calls of a queue are counted: those that came in a time, and who was served within so many milliseconds. */
export interface FiguresRequest {
  readonly queueId: string;
  /** Times as on the wire; the last one does not belong to it. */
  readonly from: string;
  readonly to: string;
  readonly within: number;
}

/** What a queue has done in a time. Durations in milliseconds, summed up. */
export interface QueueFigures {
  readonly served: number;
  readonly servedWithin: number;
  readonly abandoned: number;
  readonly abandonedWithin: number;
  readonly callbacks: number;
  readonly callbacksAbandoned: number;
  readonly longestWait: number;
  /** Of those who were served. */
  readonly waited: number;
  readonly talked: number;
  /** Those that have not left yet. */
  readonly open: readonly { readonly status: string; readonly tm_create: string; readonly waited: number }[];
}

/** What calls of queues have come to, as the store knows it. */
export interface FiguresOfQueues {
  figures(request: FiguresRequest): Promise<QueueFigures>;
  /** How long the last ones took their agents, in milliseconds, oldest first. */
  lastHandled(queueId: string, most: number): Promise<readonly number[]>;
}
