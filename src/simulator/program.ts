import type { SimulatedCall, WantedSimulation } from '../api/simulations.ts';
import { serve } from '../core/thread-program.ts';
import { loadActions } from '../flows/load-actions.ts';
import type { Belongings } from './belongings.ts';
import { simulate } from './simulation.ts';
import type { Limits } from './simulation-options.ts';
import type { Step } from './steps.ts';

// A thread that simulates calls for users of the API; daemon/simulating.ts starts it.

export interface SimulationJob {
  readonly wanted: WantedSimulation;
  readonly belongings: Belongings;
  readonly limits: Limits;
}

const catalogue = await loadActions();

serve(async ({ wanted, belongings, limits }: SimulationJob): Promise<SimulatedCall> => {
  const { digits, says, answers, at, ...rest } = wanted;
  const { steps, ...simulated } = await simulate({
    ...{ ...rest, catalogue, limits },
    at: new Date(at),
    caller: { digits, says },
    parties: answers.length > 0 ? answers : undefined,
    installation: {
      ...belongings,
      webhooks: belongings.webhooks.map((webhook) => ({ ...webhook, sign: () => ({}) })),
    },
  });
  return { ...simulated, steps: steps.map(shown) };
});

/** What an event says is the thing that it is about, in all its length. */
function shown(step: Step): SimulatedCall['steps'][number] {
  if (step.kind !== 'event') return { ...step };
  const { at, kind, type } = step;
  return { at, kind, type };
}
