import type { ActionError } from '../../src/core/errors.ts';
import type { Scope } from '../../src/core/scope.ts';
import type { Ear, Heard, HearingListener, HearingPort, HearingRequest } from '../../src/ports/hearing.ts';

/** One who listens, and hears what the test says. */
export class FakeEar implements Ear {
  readonly provider: string;
  readonly request: HearingRequest;
  readonly listener: HearingListener;
  readonly scope: Scope;
  /** Samples that came. */
  samples = 0;
  hasEnded = false;

  constructor(request: HearingRequest, listener: HearingListener, scope: Scope) {
    this.request = request;
    this.listener = listener;
    this.scope = scope;
    this.provider = request.provider ?? 'local';
  }

  write(samples: Int16Array): void {
    this.samples += samples.length;
  }

  async end(): Promise<void> {
    this.hasEnded = true;
  }

  /** Says words into it, the last second of the audio unless told otherwise. */
  hear(text: string, heard: Partial<Heard> = {}): void {
    const end = this.samples / 8;
    this.listener.onHeard({ text, isFinal: true, start: Math.max(0, end - 1_000), end, ...heard });
  }
}

/** Hears what tests say, and refuses what they say it cannot. */
export class FakeHearing implements HearingPort {
  readonly ears: FakeEar[] = [];
  /** What the next one is refused with. */
  refusal: ActionError | undefined;
  /** Why nobody could hear it, whatever it is. */
  problem: ActionError | undefined;
  #waiting: ((ear: FakeEar) => void)[] = [];

  problemOf(): ActionError | undefined {
    return this.problem;
  }

  async open(request: HearingRequest, listener: HearingListener, scope: Scope): Promise<Ear> {
    scope.signal.throwIfAborted();
    if (this.refusal) throw this.refusal;
    const ear = new FakeEar(request, listener, scope);
    this.ears.push(ear);
    for (const tell of this.#waiting.splice(0)) tell(ear);
    return ear;
  }

  /** The next one that is opened. */
  next(): Promise<FakeEar> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
