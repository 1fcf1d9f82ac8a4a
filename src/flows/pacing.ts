import { Slices } from '../core/slices.ts';
import { within } from '../core/wait.ts';

/** Writes what flows change. */
interface Writer {
  readonly isPressed: boolean;
  flush(signal?: AbortSignal): Promise<void>;
}

/** How long a flow waits for a store that is behind. */
const patience = 1_000;

/** Where flows that go on and on let others go first: the loop serves whoever came meanwhile, and the store catches up. */
export function pacing(writer: Writer): (signal: AbortSignal) => Promise<void> {
  const slices = new Slices();
  return async (signal) => {
    await slices.next();
    signal.throwIfAborted();
    if (writer.isPressed) await within(writer.flush(signal), patience, signal);
  };
}
