import { messageOf } from '../core/errors.ts';
import { simulate } from '../simulator/simulation.ts';
import type { SimulationOptions } from '../simulator/simulation-options.ts';
import { onlineRequests } from './online-requests.ts';
import { exitCodes, type Output, printable } from './output.ts';
import { endLine, stepLine } from './simulated-lines.ts';
import { BadInput, type GivenToSimulate, simulationOf } from './simulation-of.ts';

export interface SimulateOptions extends GivenToSimulate {
  readonly json?: boolean;
  readonly online?: boolean;
}

/**
 * Runs a flow without a phone. Answers the exit code: 0 where it has ended as a flow should, 1 where not, 2 for a bad file or
 * option.
 */
export async function simulateFlow(
  file: string | undefined,
  options: SimulateOptions,
  env: NodeJS.ProcessEnv,
  output: Output,
): Promise<number> {
  let given: SimulationOptions;
  try {
    given = await simulationOf(file, options, env);
  } catch (error) {
    const problems = error instanceof BadInput ? error.problems : [messageOf(error)];
    for (const problem of problems) output.err(`ariflow: ${printable(problem)}`);
    return exitCodes.usage;
  }
  await using online = options.online ? onlineRequests(env) : undefined;
  // Awaited: requests are closed behind it.
  return await (options.json ? inJson(given, online?.port, output) : inLines(given, online?.port, output));
}

type Online = SimulationOptions['online'];

async function inLines(given: SimulationOptions, online: Online, { out }: Output): Promise<number> {
  const simulated = await simulate({
    ...{ ...given, online },
    onStep: (step) => {
      const line = stepLine(step);
      if (line !== undefined) out(printable(line));
    },
  });
  out(endLine(simulated));
  return simulated.isGood ? 0 : exitCodes.failed;
}

async function inJson(given: SimulationOptions, online: Online, { out }: Output): Promise<number> {
  const onStep = (step: object): void => out(JSON.stringify(step));
  const { ended, isGood, variables } = await simulate({ ...given, online, onStep });
  const { at, ...how } = ended;
  out(JSON.stringify({ at, kind: 'ended', ...how, isGood, variables }));
  return isGood ? 0 : exitCodes.failed;
}
