/** So long a transfer may take to be decided, in milliseconds: nobody rings for longer. */
export const decisionPatience = 180_000;

/** With which other call one talks without a flow, and in which bridge. */
export interface Talk {
  readonly with: string;
  readonly bridge: string;
}

/** Whether a call ends with the one it was made for, and whether somebody is about to send it elsewhere. */
export class Attachment {
  /** Its conversation without a flow, while there is one. */
  talk: Talk | undefined;
  #isDetached = false;
  #decision: Promise<void> | undefined;

  /** Whether it goes on without the call it was made for: it was transferred, or is about to be. */
  get isDetached(): boolean {
    return this.#isDetached;
  }

  /** Whether somebody is about to send it elsewhere, or to let it talk to somebody else. */
  get isUndecided(): boolean {
    return this.#decision !== undefined;
  }

  /** Resolves when it is decided what becomes of the call; at once, where nobody wants anything of it. */
  get decided(): Promise<void> {
    return this.#decision ?? Promise.resolve();
  }

  detach(): void {
    this.#isDetached = true;
  }

  reattach(): void {
    this.#isDetached = false;
  }

  /** Until `decision` it is nobody's leg. */
  awaitDecision(decision: Promise<void>): void {
    this.#decision = decision;
    this.detach();
  }

  forgetDecision(): void {
    this.#decision = undefined;
  }
}

/** A call, as far as it matters here. */
interface Attached {
  readonly id: string;
  readonly attachment: Attachment;
  readonly hangupSignal: AbortSignal;
  readonly record: { readonly master_call_id: string };
  hangupAsLeg(): void;
  writeDown(): void;
}

/**
 * Calls that take part in a transfer: whoever talked to them may hang up before that is done, and must not take them with
 * him. `end` says that it is decided, and whether it was done. Nothing is begun where one of them takes part in another.
 */
export function beginTransfer(calls: readonly Attached[]): { end(isDone: boolean): void } | undefined {
  if (calls.some(({ attachment }) => attachment.isUndecided)) return undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wereAttached = calls.filter(({ attachment }) => !attachment.isDetached);
  for (const { attachment } of calls) attachment.awaitDecision(promise);
  return {
    end(isDone) {
      for (const { attachment } of calls) attachment.forgetDecision();
      if (!isDone) reattach(wereAttached);
      resolve();
    },
  };
}

/** They are what they were; whoever has lost meanwhile the one he was made for is hung up. */
function reattach(calls: readonly Attached[]): void {
  for (const { attachment } of calls) attachment.reattach();
  for (const call of calls) call.writeDown();
  for (const call of calls)
    if (calls.some(({ id, hangupSignal }) => id === call.record.master_call_id && hangupSignal.aborted))
      call.hangupAsLeg();
}
