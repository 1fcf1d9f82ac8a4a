import { problemIn } from '../as-code/content.ts';
import { readFlowFile } from '../as-code/flow-file.ts';
import { filled } from '../as-code/folder.ts';
import { isFields } from '../as-code/values.ts';
import { zeroId } from '../core/clock.ts';
import { replaceChance } from '../core/random.ts';
import { loadActions } from '../flows/load-actions.ts';
import { type Given, Installing } from '../simulator/installing.ts';
import { flowWithIds, nothingRead, type ReadResources, readDaemon, readFiles } from '../simulator/reading.ts';
import { chanceOf } from '../simulator/seeded.ts';
import type { SimulationOptions } from '../simulator/simulation-options.ts';
import { daemonAt } from './daemon-at.ts';
import { answersIn, digitsIn, instantIn, seedIn, variablesIn, webhooksIn } from './simulate-options.ts';

/** What a command line says of a simulation. */
export interface GivenToSimulate {
  readonly digits?: string;
  readonly say?: readonly string[];
  readonly at?: string;
  readonly from?: string;
  readonly to?: string;
  readonly var?: readonly string[];
  readonly webhook?: readonly string[];
  readonly answer?: readonly string[];
  readonly seed?: string;
  readonly data?: string;
  readonly api?: string;
}

/** What is wrong with files and options; nothing is simulated then. */
export class BadInput extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** All that a simulation takes. @throws BadInput; Error that says what is wrong */
export async function simulationOf(
  file: string | undefined,
  given: GivenToSimulate,
  env: NodeJS.ProcessEnv,
): Promise<SimulationOptions> {
  const isInstalled = given.data !== undefined || given.api !== undefined;
  if (file === undefined && (given.to === undefined || !isInstalled))
    throw new Error('expected the file of a flow, or --to with a number of --data or --api');
  const seed = seedIn(given.seed);
  const read = await resources(given, env);
  const catalogue = await loadActions();
  using _ = replaceChance(chanceOf(seed)); // of which ids are made for actions that have none
  const installing = new Installing(read.given, catalogue);
  const { installation } = installing;
  const written =
    file === undefined ? undefined : await flowIn(file, read, given.data === undefined ? undefined : env);
  const flow = written && installing.flow({ id: zeroId, ...written });
  const problems = [...read.problems, ...installing.problems];
  if (problems.length > 0) throw new BadInput(problems);
  const { from, to, say: says = [] } = given;
  return {
    ...{ catalogue, installation, seed, flow, from, number: to },
    at: instantIn(given.at),
    variables: variablesIn(given.var),
    webhooks: await webhooksIn(given.webhook),
    parties: answersIn(given.answer),
    caller: { digits: digitsIn(given.digits), says },
  };
}

async function resources({ data, api }: GivenToSimulate, env: NodeJS.ProcessEnv): Promise<ReadResources> {
  if (data !== undefined && api !== undefined) throw new Error('expected --data or --api, not both');
  if (data !== undefined) return readFiles(data, env);
  return api === undefined ? nothingRead() : readDaemon(daemonAt({ ...env, ARIFLOW_API_URL: api }));
}

/** A flow in a file, with ids in the place of names; beside a folder with what the environment says, as files of that have it. */
export async function flowIn(
  file: string,
  read: ReadResources,
  env?: NodeJS.ProcessEnv,
): Promise<Pick<Given, 'fields' | 'said'>> {
  const { fields, said } = await readFlowFile(file);
  try {
    return { fields: flowWithIds(env ? fieldsOf(filled(fields, env)) : fields, read), said };
  } catch (error) {
    throw new Error(problemIn(file, error));
  }
}

/** They stay an object when they are filled. */
function fieldsOf(filled: unknown): Given['fields'] {
  return isFields(filled) ? filled : {};
}
