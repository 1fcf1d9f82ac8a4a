import type { Reaction, Waiting } from '../simulator/caller.ts';
import type { Step } from './grammar.ts';
import { type HeardPlace, nextHeard, nothingHeard } from './heard.ts';
import type { Heard } from './played.ts';

const nothing: Reaction = { wait: true };

/** Does the steps of a test one after the other: each at the first input that takes it. */
export class TestCaller {
  readonly #steps: readonly Step[];
  readonly #heard: readonly Heard[];
  #at: HeardPlace = nothingHeard;
  #done = 0;

  /** `heard` grows with what he hears. */
  constructor(steps: readonly Step[], heard: readonly Heard[]) {
    this.#steps = steps;
    this.#heard = heard;
  }

  /** How many of his steps he has done. */
  get done(): number {
    return this.#done;
  }

  /** When he hangs up whatever happens, in milliseconds since the call began. */
  get hangsUpAfter(): number | undefined {
    const last = this.#steps.at(-1);
    return last && 'hangs_up_after' in last ? last.hangs_up_after : undefined;
  }

  /** What he does where an input waits. @throws PatternOverrun */
  react({ takesKeys, takesSpeech, isRecording }: Waiting): Reaction {
    if (!this.#hears()) return nothing;
    const step = this.#steps[this.#done];
    if (!step) return nothing;
    if ('does' in step) return this.#do(step.does === 'hangs up' ? { hangup: true } : nothing);
    const { presses, says } = step;
    if (presses !== undefined && (takesKeys || isRecording)) return this.#do({ press: presses });
    if (says !== undefined && (takesSpeech || isRecording)) return this.#do({ say: says });
    return nothing;
  }

  /** The call is over: what is left for him to do? */
  end(isHungUpByHim: boolean): void {
    this.#hears();
    const step = this.#steps[this.#done];
    if (step && 'hangs_up_after' in step && isHungUpByHim) this.#done++;
  }

  #do(reaction: Reaction): Reaction {
    this.#done++;
    return reaction;
  }

  /** Whether he has heard all that comes before the next thing that he does. */
  #hears(): boolean {
    for (;;) {
      const step = this.#steps[this.#done];
      if (!step || 'does' in step || step.hears === undefined) return true;
      const found = nextHeard(step.hears, this.#heard, this.#at);
      if (!found) return false;
      this.#at = found;
      this.#done++;
    }
  }
}
