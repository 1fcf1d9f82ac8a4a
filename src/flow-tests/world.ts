import { basename, extname } from 'node:path';
import { problemIn } from '../as-code/content.ts';
import { readFlowFile } from '../as-code/flow-file.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import { didYouMean } from '../core/nearest.ts';
import { replaceChance } from '../core/random.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Installation } from '../simulator/installation.ts';
import { Installing } from '../simulator/installing.ts';
import { flowWithIds, nothingRead, readFiles } from '../simulator/reading.ts';
import { chanceOf } from '../simulator/seeded.ts';
import type { Step as SimulatedStep } from '../simulator/steps.ts';
import type { Coverage, Hit } from './coverage.ts';

/** What a test is about: a flow, and what else there is. */
export interface WorldGiven {
  /** As `ariflow apply` takes it; nothing else is there without one. */
  readonly folder: string | undefined;
  /** A flow in a file of its own. */
  readonly flowFile: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

interface NamedFlow {
  readonly name: string;
  readonly flow: FlowToRun;
}

/** What files say there is, read once for all tests that are given the same. */
export class World {
  readonly installation: Installation;
  readonly problems: readonly string[];
  /** The folder, in front of the names of its flows: several may be tested at once. */
  readonly #prefix: string;
  readonly #own: FlowToRun | undefined;
  readonly #flows: readonly NamedFlow[];
  /** By id. */
  readonly #byId: ReadonlyMap<string, NamedFlow>;

  constructor(
    { folder }: Pick<WorldGiven, 'folder'>,
    installation: Installation,
    { flows, own }: { readonly flows: readonly NamedFlow[]; readonly own: NamedFlow | undefined },
    problems: readonly string[],
  ) {
    this.#prefix = folder === undefined ? '' : `${basename(folder)}/`;
    this.installation = installation;
    this.problems = problems;
    this.#own = own?.flow;
    this.#flows = own ? [...flows, own] : flows;
    this.#byId = new Map(this.#flows.map((named) => [named.flow.id, named]));
  }

  /** The flow that a test is about; nothing where it is that of a number. @throws Error where there is no such thing */
  flowOf({
    dials,
    flow,
  }: {
    readonly dials?: string | undefined;
    readonly flow?: string | undefined;
  }): FlowToRun | undefined {
    if (dials !== undefined) {
      const numbers = this.installation.numbers.map(({ number }) => number);
      if (numbers.includes(dials)) return undefined;
      throw new Error(`no number ${dials} in \`folder\`${didYouMean(dials, numbers)}`);
    }
    if (this.#own) return this.#own;
    const named = this.#flows.find(({ name }) => name === flow);
    if (named) return named.flow;
    const names = this.#flows.map(({ name }) => name);
    if (names.length === 0)
      throw new Error(`no flow ${flow}: there is no \`folder\`, and a file of a flow ends in .json or .yaml`);
    throw new Error(`no flow ${flow} in \`folder\`${didYouMean(flow ?? '', names)}`);
  }

  /** @throws Error where no flow has such an action */
  checkAction(id: string): void {
    const ids = this.#flows.flatMap(({ flow }) => flow.actions.map((action) => action.id));
    if (!ids.includes(id)) throw new Error(`no action ${id} in any flow here${didYouMean(id, ids)}`);
  }

  /** Tells which flows there are. */
  show(coverage: Coverage): void {
    for (const { name, flow } of this.#flows) coverage.know(this.#prefix + name, flow.actions);
  }

  /** Which actions of which flows were done, and their ways. */
  *hitsIn(steps: readonly SimulatedStep[]): Generator<Hit> {
    let at: FlowToRun | undefined;
    for (const step of steps) {
      if (step.kind === 'action') at = this.#byId.get(step.flow)?.flow;
      if (step.kind !== 'action' && step.kind !== 'way') continue;
      const way = step.kind === 'way' && step.way !== '' ? step.way : undefined;
      for (const { name, index } of this.#placesOf(step, at)) yield { flow: this.#prefix + name, index, way };
    }
  }

  /** Of its own flow, or of one that runs inside that. */
  #placesOf(
    { id, type }: { readonly id: string; readonly type: string },
    at: FlowToRun | undefined,
  ): readonly { readonly name: string; readonly index: number }[] {
    const placeIn = ({ name, flow }: NamedFlow) => {
      const index = flow.actions.findIndex((action) => action.id === id && action.type === type);
      return index < 0 ? [] : [{ name, index }];
    };
    const own = at ? this.#byId.get(at.id) : undefined;
    const found = own ? placeIn(own) : [];
    return found.length > 0 ? found : this.#flows.flatMap(placeIn);
  }
}

/** Reads a world; what is wrong with it is among its problems. */
export async function readWorld(given: WorldGiven, catalogue: ActionCatalogue): Promise<World> {
  const { folder, flowFile, env } = given;
  const read = folder === undefined ? nothingRead() : await readFiles(folder, { ...env });
  // An error in its place: nothing is waited for once ids are made.
  const written = flowFile === undefined ? undefined : await readFlowFile(flowFile).catch(errorOf);
  using _ = replaceChance(chanceOf(1)); // of which ids are made for actions that have none: the same each time
  const installing = new Installing(read.given, catalogue);
  const { installation } = installing;
  const flows = read.given.flatMap(({ id, fields }): NamedFlow[] => {
    const flow = installation.flows.find((each) => each.id === id);
    return flow ? [{ name: String(fields.name), flow }] : [];
  });
  const problems = [...read.problems];
  let own: NamedFlow | undefined;
  if (written instanceof Error) problems.push(written.message);
  else if (flowFile !== undefined && written)
    try {
      const fields = flowWithIds(written.fields, read);
      const flow = installing.flow({ id: derivedUuid('tested', flowFile), fields, said: written.said });
      own = flow && { name: basename(flowFile, extname(flowFile)), flow };
    } catch (error) {
      problems.push(problemIn(flowFile, error));
    }
  return new World(given, installation, { flows, own }, [...problems, ...installing.problems]);
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
