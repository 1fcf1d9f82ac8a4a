import { AriError } from '../ari/transport.ts';
import { realClock } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Action } from '../flows/action.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import { emptyInstallation, type Installation } from '../simulator/installation.ts';
import { simulate } from '../simulator/simulation.ts';
import type { Decision } from './decision.ts';
import { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { findingsOf } from './findings.ts';
import { Journey } from './journey.ts';
import { type Cut, type SearchLimits, usualLimits } from './limits.ts';
import { planOf } from './plan.ts';
import { type Path, search } from './search.ts';
import { callersOf, startsOf, usualNumber } from './starts.ts';

export interface ExploreOptions {
  readonly catalogue: ActionCatalogue;
  /** As `checkActions` has checked it. */
  readonly flow: FlowToRun;
  /** What else there is; what the flow names and is not there is made up. */
  readonly installation?: Installation | undefined;
  /** Set before the first action. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly number?: string | undefined;
  readonly seed?: number | undefined;
  readonly from?: string | undefined;
  /** The usual time of calls; others are tried where the flow asks what time it is. */
  readonly at?: Date | undefined;
  readonly limits?: Partial<SearchLimits> | undefined;
}

export interface Explored {
  readonly findings: readonly Finding[];
  readonly runs: number;
  readonly states: number;
  /** What has cut the search, where it did not come to its end. */
  readonly cut: Cut | undefined;
}

/** One run is short: a flow that does not end is seen to be one before. */
const limitsOfRun = { steps: 20_000, call: 14_400_000, real: 10_000 };

/** Walks all ways that a flow can go, and says what is wrong with it. One after the other: nothing else is simulated meanwhile. */
export async function explore(options: ExploreOptions): Promise<Explored> {
  const { catalogue, flow, installation = emptyInstallation, variables = {}, number } = options;
  const began = realClock.now();
  const limits = { ...usualLimits, ...options.limits };
  const plan = planOf({ catalogue, flow, installation, variables, from: options.from ?? usualNumber });
  const { starts, isCut: isTooMuch } = startsOf(plan, options.at);
  const callers = callersOf(plan, options.from);
  const evidence = new Evidence();
  let journey: Journey | undefined;
  const defects: unknown[] = [];
  const watched = watchedBy(
    catalogue,
    () => journey,
    (error) => defects.push(error),
  );
  const run = async (path: Path<Decision>): Promise<void> => {
    const start = starts.length > 1 ? path.choose(starts) : starts[0];
    const caller = callers.length > 1 ? path.choose(callers) : callers[0];
    if (path.isOver) return;
    journey = new Journey(plan, path, evidence);
    const simulated = await simulate({
      ...{ catalogue: watched, flow, installation: plan.installation, variables, number },
      ...{ caller: journey.caller, parties: journey.party, webhooks: journey.reply, onStep: journey.onStep },
      from: caller.number,
      at: new Date(start.at),
      limits: limitsOfRun,
    });
    if (defects.length > 0) throw defects[0];
    journey.end(simulated);
  };
  const ended = await search(run, limits, () => realClock.now() - began);
  const { runs, states } = ended;
  const cut = ended.cut ?? (isTooMuch || plan.differences.isCut ? 'values' : undefined);
  return { findings: findingsOf(plan, evidence, cut !== undefined), runs, states, cut };
}

/** The same actions, seen by whoever is on his way. What fails unexpectedly is a defect, and no failure that a flow could handle. */
function watchedBy(
  catalogue: ActionCatalogue,
  journey: () => Journey | undefined,
  onDefect: (error: unknown) => void,
): ActionCatalogue {
  const watched = ([name, type]: [string, Action]): [string, Action] => [
    name,
    {
      ...type,
      async run(context, option) {
        try {
          return await journey()?.step(type, context, option);
        } catch (error) {
          if (!context.signal.aborted && !(error instanceof ActionError || error instanceof AriError))
            onDefect(error);
          throw error;
        }
      },
    },
  ];
  return new Map([...catalogue].map(watched));
}
