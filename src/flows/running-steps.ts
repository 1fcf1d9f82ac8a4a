import type * as z from 'zod';
import type { Entry } from '../calls/diary-entry.ts';
import type { Steps } from '../calls/steps.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Outcome } from './action.ts';
import type { RunningStep } from './activeflow-state.ts';
import type { Story } from './story.ts';

/** A step that has begun and is not over. */
export class Run {
  readonly step: number;
  /** Whether a daemon that died has begun it. */
  readonly isAgain: boolean;
  readonly #left: unknown;
  progress: unknown;
  outcome: Outcome | undefined;
  /** In the diary of its call. */
  entry: Entry | undefined;

  constructor({ step, progress, outcome }: RunningStep, isAgain: boolean) {
    this.step = step;
    this.isAgain = isAgain;
    this.#left = progress;
    this.progress = progress;
    this.outcome = outcome;
  }

  /** What was written down of it before; nothing where that is not of this form. */
  left<T>(schema: z.ZodType<T>): T | undefined {
    return this.#left === undefined ? undefined : schema.safeParse(this.#left).data;
  }
}

/** The steps of an activeflow that have begun and are not over: one, and inside it those of the lists that it runs. */
export class RunningSteps {
  readonly #steps: Steps;
  readonly #story: Story | undefined;
  readonly #running: Run[] = [];
  /** Those that a daemon which died has left, and that have not begun again. */
  #left: readonly RunningStep[];

  constructor(steps: Steps, left: readonly RunningStep[] = [], story?: Story) {
    this.#steps = steps;
    this.#story = story;
    this.#left = left;
  }

  /** Begins the next step, or again the one that was left there. */
  begin(action: ActionJson): Run {
    const [left, ...inside] = this.#left;
    this.#left = inside;
    const run = new Run(left ?? { step: this.#steps.next() }, left !== undefined);
    this.#running.push(run);
    run.entry = this.#story?.stepBegins(action, run);
    return run;
  }

  /** It is over, and so is all inside it. */
  end(run: Run): void {
    if (run.entry) this.#story?.stepEnds(run.entry, run);
    this.#running.splice(this.#running.indexOf(run));
    this.#left = [];
  }

  get state(): readonly RunningStep[] {
    const own = this.#running.map(({ step, progress, outcome }) => ({ step, progress, outcome }));
    return [...own, ...this.#left];
  }
}
