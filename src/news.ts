import type { CallEventType } from './calls/call.ts';
import type { CallRecord } from './calls/call-record.ts';
import type { ActiveflowEventType } from './flows/activeflow.ts';
import type { ActiveflowRecord } from './flows/activeflow-record.ts';
import type { FlowEvent } from './flows/flow-event.ts';
import type { Recorder } from './storage/recorder.ts';
import type { Deliverer } from './webhooks/deliverer.ts';

/** Where every change goes: into the store, and to whoever subscribed to it. */
export class News {
  readonly #recorder: Recorder;
  readonly #deliverer: Deliverer;

  constructor(recorder: Recorder, deliverer: Deliverer) {
    this.#recorder = recorder;
    this.#deliverer = deliverer;
  }

  readonly call = (type: CallEventType, record: CallRecord): void => {
    this.#recorder.recordCall(record);
    this.#deliverer.publish([{ event: { type, data: record }, lane: record.id }]);
  };

  readonly activeflow = (type: ActiveflowEventType, record: ActiveflowRecord): void => {
    this.#recorder.recordActiveflow({ record, state: '{}', isEnded: type === 'activeflow_deleted' });
    this.#deliverer.publish([{ event: { type, data: record }, lane: laneOf(record) }]);
  };

  readonly flow = (event: FlowEvent): void => {
    this.#deliverer.publish([{ event, lane: laneOf({ ...event.data, id: event.data.activeflow_id }) }]);
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
