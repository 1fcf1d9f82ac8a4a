import * as z from 'zod';
import { messageOf } from '../core/errors.ts';
import { readFolder } from './folder.ts';
import { type Kind, kinds } from './kinds.ts';
import type { Names } from './names.ts';
import { type Plan, planOf, withIds } from './plan.ts';
import { prune } from './pruning.ts';
import { Refusal } from './refusal.ts';
import { soundKind, upload } from './sounds.ts';
import type { Step, Written } from './step.ts';
import { type Daemon, shapesOf, stockOf } from './stock.ts';
import type { Fields } from './values.ts';

export interface Application {
  /** What no file says is deleted. */
  readonly isPruning: boolean;
  /** What is there is written anew, changed or not: secrets, which nobody shows, are written by this alone. */
  readonly isAll: boolean;
}

export interface Prepared extends Plan {
  readonly warnings: readonly string[];
}

/** Reads the files, compares them with what the daemon has, and has it check what is new. Changes nothing. */
export async function prepare(
  folder: string,
  daemon: Daemon,
  { isAll, env }: Pick<Application, 'isAll'> & { readonly env: NodeJS.ProcessEnv },
): Promise<Prepared> {
  const read = await readFolder(folder, env);
  const shapes = await shapesOf(daemon, kinds);
  const known = [...shapes.keys(), ...(read.sounds ? [soundKind] : [])];
  const stock = new Map(
    await Promise.all(known.map(async (kind) => [kind, await stockOf(daemon, kind)] as const)),
  );
  const plan = planOf(read, { stock, shapes }, isAll);
  const { problems: said, warnings } = await checked(plan, daemon);
  const problems = new Set([...read.problems, ...plan.problems, ...said]);
  return { ...plan, problems: [...problems], warnings: [...unknownPasswords(plan), ...warnings] };
}

/** A phone without a password is given one, which is shown once: to us, who show it to nobody. */
function unknownPasswords({ steps }: Plan): string[] {
  return steps
    .filter(
      ({ kind, does, written }) =>
        kind.folder === 'extensions' && does === 'make' && written?.fields.password === undefined,
    )
    .map(
      ({ written }) =>
        `${written?.file}: password: one is made that nobody is shown: say one, as \${env:NAME}`,
    );
}

const found = z.array(z.object({ path: z.string(), message: z.string() }));
const verdict = z.object({ problems: found, warnings: found.default([]) });

type Verdict = z.output<typeof verdict>;

const nothing: Verdict = { problems: [], warnings: [] };

/** What the daemon says of all that is to be written before anything is changed. That what is still to be made is not there is no news. */
async function checked(
  { steps, names }: Plan,
  daemon: Daemon,
): Promise<Pick<Prepared, 'problems' | 'warnings'>> {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const { kind, does, written, changes } of steps) {
    if (does === 'nothing' || does === 'delete' || !written) continue;
    const fields = withIds(written, names);
    const said =
      kind.folder === 'flows'
        ? verdict.parse(await daemon.post('/v1.0/flows/validate', { actions: fields.actions ?? [] }))
        : await judged(
            daemon,
            does === 'make' ? bodyOf(kind, fields) : changeOf(kind, only(fields, changes)),
          );
    const line = ({ path, message }: { path: string; message: string }) =>
      `${written.file}: ${path}: ${message}`;
    problems.push(...said.problems.map(line));
    warnings.push(...said.warnings.filter(({ message }) => !isOfPending(message, names)).map(line));
  }
  return { problems, warnings };
}

const bodyOf = ({ folder }: Kind, body: Fields) => ({ method: 'POST', path: `/v1.0/${folder}`, body });
const changeOf = ({ folder }: Kind, body: Fields) => ({ method: 'PUT', path: `/v1.0/${folder}/{id}`, body });

/** An older daemon says it when it is asked to do it. */
async function judged(daemon: Daemon, request: ReturnType<typeof bodyOf>): Promise<Verdict> {
  try {
    return verdict.parse(await daemon.post('/v1.0/validate', request));
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return nothing;
    throw error;
  }
}

function isOfPending(message: string, names: Names): boolean {
  return (message.match(/[0-9a-f-]{36}/g) ?? []).some((id) => names.isPending(id));
}

const created = z.looseObject({ id: z.string() });

/** Does what a plan says: new flows first and empty, deletions last and in the opposite order. `done` hears of each. */
export async function carryOut(
  { steps, names }: Plan,
  daemon: Daemon,
  { isPruning, done }: Pick<Application, 'isPruning'> & { readonly done: (step: Step) => void },
): Promise<void> {
  for (const step of steps) {
    if (step.does !== 'make' || step.kind.folder !== 'flows') continue;
    const body = { [step.kind.key]: step.name };
    names.made(step.kind, step.name, created.parse(await daemon.post('/v1.0/flows', body)).id);
  }
  for (const step of ordered(steps)) {
    if (step.does === 'nothing' || step.does === 'delete') continue;
    if (step.written) await named(step.written.file, write(step, step.written, { names, daemon }));
    else await named(`sounds/${step.name}`, upload(daemon, step));
    done(step);
  }
  const others = ordered(steps).filter(({ does }) => does === 'delete');
  if (isPruning) await prune(others.reverse(), daemon, done);
}

/** Whatever goes wrong is of this file. */
async function named(file: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

function ordered(steps: readonly Step[]): Step[] {
  return [soundKind, ...kinds].flatMap((kind) => steps.filter((step) => step.kind === kind));
}

async function write(
  { kind, name, does, id, changes }: Step,
  written: Written,
  { names, daemon }: { readonly names: Names; readonly daemon: Daemon },
): Promise<void> {
  const fields = withIds(written, names);
  if (does === 'change') {
    await daemon.put(`/v1.0/${kind.folder}/${id}`, only(fields, changes));
  } else if (kind.folder === 'flows') {
    const { [kind.key]: _, ...rest } = fields;
    await daemon.put(`/v1.0/flows/${names.of(kind, name)[0]}`, rest);
  } else {
    names.made(kind, name, created.parse(await daemon.post(`/v1.0/${kind.folder}`, fields)).id);
  }
}

function only(fields: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.map((key) => [key, fields[key]]));
}
