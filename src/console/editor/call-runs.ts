import type { TimelineEvent } from '../lib/timeline.ts';

/** One time that a flow has run on a call. */
export interface Run {
  /** Which form of the flow that was; 0 where nobody has counted them yet. */
  readonly revision: number;
  /** The ids of the actions that it came to, one after the other. */
  readonly ids: readonly string[];
}

/** What a call's timeline has of one of its flows: others may have actions with the same ids. */
export function runsOf(flowId: string, events: readonly TimelineEvent[]): readonly Run[] {
  // One after the other they run on a call, and say best when they ended.
  const flows = events
    .filter(({ type }) => type === 'flow')
    .toSorted((one, other) => (one.tm_end < other.tm_end ? -1 : 1));
  const actions = events.filter(({ type }) => type === 'action');
  const flowOf = ({ tm }: TimelineEvent) => flows.find(({ tm_end }) => tm < tm_end) ?? flows.at(-1);
  return flows
    .filter(({ what }) => what === flowId)
    .map((flow) => ({
      revision: Number(flow.data.flow_revision ?? 0),
      ids: actions.filter((action) => flowOf(action) === flow).map(({ id }) => id),
    }));
}
