import { zeroId } from '../core/clock.ts';

interface Chained {
  readonly id: string;
  readonly isEnded: boolean;
  readonly attachment: { readonly isDetached: boolean };
  readonly record: { readonly flow_id: string };
  hangupAsLeg(): void;
}

/** So many are kept of a call that makes others all day long: of those that have ended the oldest go first. */
const mostKept = 50;

/** The calls that end with a call. */
export class ChainedCalls<C extends Chained> {
  #calls: C[] = [];

  get ids(): readonly string[] {
    return this.#calls.map(({ id }) => id);
  }

  /** The calls without a flow of their own. */
  get legs(): readonly C[] {
    return this.#calls.filter(
      ({ record, attachment }) => record.flow_id === zeroId && !attachment.isDetached,
    );
  }

  add(call: C): void {
    this.#calls.push(call);
    const oldest = this.#calls.length > mostKept ? this.#calls.find(({ isEnded }) => isEnded) : undefined;
    if (oldest) this.#calls = this.#calls.filter((each) => each !== oldest);
  }

  end(): void {
    for (const call of this.#calls) call.hangupAsLeg();
  }
}
