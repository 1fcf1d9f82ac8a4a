import type { AgentEventType, AgentRecord } from './agents/agent-record.ts';
import type { CallEventType } from './calls/call.ts';
import type { CallRecord } from './calls/call-record.ts';
import type { ActiveflowEventType } from './flows/activeflow.ts';
import type { ActiveflowRecord } from './flows/activeflow-record.ts';
import type { FlowEvent } from './flows/flow-event.ts';
import type { ActiveflowChange } from './storage/pending-changes.ts';
import type { Recorder } from './storage/recorder.ts';

/** Where every change goes: into the store, together with the news of it for whoever subscribed. */
export class News {
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  readonly call = (type: CallEventType, record: CallRecord): void => {
    this.#recorder.recordCall(record, { event: { type, data: record }, lane: record.id });
  };

  readonly activeflow = (
    type: ActiveflowEventType,
    record: ActiveflowRecord,
    state: ActiveflowChange['state'] = '{}',
  ): void => {
    const isEnded = type === 'activeflow_deleted';
    const event = { event: { type, data: record }, lane: laneOf(record) };
    this.#recorder.recordActiveflow({ record, state, isEnded }, event);
  };

  readonly agent = (type: AgentEventType, record: AgentRecord): void => {
    this.#recorder.recordEvent({ event: { type, data: record }, lane: record.id });
  };

  readonly flow = (event: FlowEvent): void => {
    this.#recorder.recordEvent({ event, lane: laneOf({ ...event.data, id: event.data.activeflow_id }) });
  };
}

/** A call and everything that happens to it are one ordered lane. */
function laneOf({
  id,
  reference_type,
  reference_id,
}: {
  id: string;
  reference_type: string;
  reference_id: string;
}): string {
  return reference_type === 'call' ? reference_id : id;
}
