import type { ReplayedCall, WantedReplay } from '../api/replays.ts';
import type { SimulatedCall, WantedSimulation } from '../api/simulations.ts';
import { serve } from '../core/thread-program.ts';
import { loadActions } from '../flows/load-actions.ts';
import type { Belongings } from './belongings.ts';
import type { Installation } from './installation.ts';
import { answeredCall } from './replay/recorded-call.ts';
import { replay } from './replay/replay.ts';
import { simulate } from './simulation.ts';
import type { Limits } from './simulation-options.ts';
import type { Step } from './steps.ts';

// A thread that simulates calls for users of the API; daemon/simulating.ts starts it.

interface JobParts {
  readonly belongings: Belongings;
  readonly limits: Limits;
}

/** A call that there is not, or one that there was. */
export type SimulationJob = JobParts &
  ({ readonly wanted: WantedSimulation } | { readonly replayed: WantedReplay });

const catalogue = await loadActions();

serve(async (job: SimulationJob): Promise<SimulatedCall | ReplayedCall> => {
  const { belongings, limits } = job;
  const installation: Installation = {
    ...belongings,
    webhooks: belongings.webhooks.map((webhook) => ({ ...webhook, sign: () => ({}) })),
  };
  if ('wanted' in job) return simulated(job.wanted, { installation, limits });
  const { flow, digits, ...recorded } = job.replayed;
  return replay({ catalogue, answered: answeredCall.parse(recorded), flow, digits, installation, limits });
});

async function simulated(
  { does, digits, says, hangup_after, answers, at, ...wanted }: WantedSimulation,
  given: { readonly installation: Installation; readonly limits: Limits },
): Promise<SimulatedCall> {
  const { steps, ...rest } = await simulate({
    ...{ ...wanted, ...given, catalogue },
    at: new Date(at),
    caller: { does, digits, says },
    hangupAfter: hangup_after,
    parties: answers.length > 0 ? answers : undefined,
  });
  return { ...rest, steps: steps.map(shown) };
}

/** What an event says is the thing that it is about, in all its length. */
function shown(step: Step): SimulatedCall['steps'][number] {
  if (step.kind !== 'event') return { ...step };
  const { at, kind, type } = step;
  return { at, kind, type };
}
