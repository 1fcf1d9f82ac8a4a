import type { CallRecord } from '../../src/calls/call-record.ts';
import { callState, type LeftCall, type WrittenCallState } from '../../src/calls/call-state.ts';
import type { ActiveflowEventType, ActiveflowWriting } from '../../src/flows/activeflow-options.ts';
import type { ActiveflowRecord, ShownActiveflow } from '../../src/flows/activeflow-record.ts';
import { activeflowState } from '../../src/flows/activeflow-state.ts';

interface CallRow {
  readonly record: CallRecord;
  readonly state: () => WrittenCallState;
}

interface ActiveflowRow {
  readonly record: ShownActiveflow;
  readonly state: ActiveflowWriting['state'];
}

/** What is stored of calls and activeflows, in their latest form. */
export class GivenRows {
  readonly #calls = new Map<string, CallRow>();
  readonly #activeflows = new Map<string, ActiveflowRow>();
  readonly #over = new Map<string, PromiseWithResolvers<void>>();
  /** Whether nothing that is written comes to be stored. */
  isAway = false;
  #isOver = false;

  /** With the rows as they were when the life before was killed. */
  constructor(before?: GivenRows) {
    if (!before) return;
    for (const [id, { record, state }] of before.#calls) {
      const written = copyOf(state());
      this.#calls.set(id, { record: copyOf(record), state: () => written });
    }
    for (const [id, { record, state }] of before.#activeflows) {
      const written = copyOf(state());
      this.#activeflows.set(id, { record: copyOf(record), state: () => written });
    }
  }

  call(record: CallRecord, state: CallRow['state']): void {
    if (!this.#isOver) this.#calls.set(record.id, { record, state });
  }

  activeflow(
    type: ActiveflowEventType | undefined,
    record: ActiveflowRecord,
    { state }: ActiveflowWriting,
  ): void {
    if (this.#isOver) return;
    const isOver = type === 'activeflow_deleted';
    this.#activeflows.set(record.id, { record: { ...record, status: isOver ? 'ended' : 'running' }, state });
    if (isOver) this.#overOf(record.id).resolve();
  }

  /** The daemon dies before any of what is written from now on comes to be stored. */
  dropTheRest(): void {
    this.commit();
    this.#isOver = true;
  }

  /** Resolves when what was written is in the store. */
  async stored(): Promise<boolean> {
    if (this.isAway) await new Promise(() => undefined);
    return true;
  }

  /** All that was written is in the store: of what changes from now on, and is not written again, it knows nothing. */
  commit(): void {
    for (const rows of [this.#calls, this.#activeflows] as const)
      for (const row of rows.values()) {
        const written = copyOf(row.state());
        Object.assign(row, { state: () => written });
      }
  }

  /** Resolves when an activeflow is over. */
  over(id: string): Promise<void> {
    return this.#overOf(id).promise;
  }

  /** What is stored of a call, ended or not. */
  recordOf(id: string): CallRecord | undefined {
    return this.#calls.get(id)?.record;
  }

  left(callId: string): LeftCall {
    const left = this.calls().find(({ record }) => record.id === callId);
    if (!left) throw new Error('nothing is left of the call');
    return left;
  }

  /** The calls that have not ended. */
  calls(): readonly LeftCall[] {
    return [...this.#calls.values()]
      .filter(({ record }) => record.status !== 'hangup')
      .map(({ record, state }) => ({ record, state: callState.parse(copyOf(state())) }));
  }

  /** The activeflows that have not ended. */
  activeflows() {
    return [...this.#activeflows.values()]
      .filter(({ record }) => record.status === 'running')
      .map(({ record, state }) => ({ record, state: activeflowState.parse(copyOf(state())) }));
  }

  #overOf(id: string): PromiseWithResolvers<void> {
    const over = this.#over.get(id) ?? Promise.withResolvers<void>();
    this.#over.set(id, over);
    return over;
  }
}

/** As JSON has it. */
function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
