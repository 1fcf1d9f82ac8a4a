import { type Application, carryOut, prepare } from '../as-code/apply.ts';
import type { Step } from '../as-code/step.ts';
import { daemonAt } from './daemon-at.ts';
import { exitCodes, type Output, printable } from './output.ts';

export interface ApplyOptions {
  readonly plan?: boolean;
  readonly prune?: boolean;
  readonly all?: boolean;
}

const marks = { make: '+', change: '~', delete: '-', nothing: ' ' } as const;

/** Has the daemon have what the files of a folder say. Answers the exit code; with a problem in any file nothing is changed. */
export async function apply(
  folder: string,
  { plan = false, prune = false, all = false }: ApplyOptions,
  env: NodeJS.ProcessEnv,
  { out, err }: Output,
): Promise<number> {
  const application: Application = { isPruning: prune, isAll: all };
  const daemon = daemonAt(env);
  const prepared = await prepare(folder, daemon, { ...application, env });
  for (const warning of prepared.warnings) err(`warning: ${printable(warning)}`);
  for (const problem of prepared.problems) err(printable(problem));
  if (prepared.problems.length > 0) {
    err('ariflow: nothing was changed');
    return exitCodes.failed;
  }
  const isMeant = ({ does }: Step): boolean => does !== 'nothing' && (does !== 'delete' || prune);
  if (plan) for (const step of prepared.steps.filter(isMeant)) out(line(step));
  else await carryOut(prepared, daemon, { isPruning: prune, done: (step) => out(line(step)) });
  const left = prepared.steps.filter(({ does }) => does === 'delete' && !prune);
  for (const step of left) out(printable(`  ${nameOf(step)} is in no file: --prune deletes it`));
  out(
    summary(
      prepared.steps.filter((step) => isMeant(step) || step.does === 'nothing'),
      plan,
    ),
  );
  return 0;
}

function nameOf({ kind, name }: Step): string {
  return `${kind.folder}/${name}`;
}

function line(step: Step): string {
  const changes = step.changes.length > 0 ? `: ${step.changes.join(', ')}` : '';
  return printable(`${marks[step.does]} ${nameOf(step)}${changes}`);
}

function summary(steps: readonly Step[], isPlan: boolean): string {
  const count = (does: Step['does']): number => steps.filter((step) => step.does === does).length;
  const tense = isPlan ? ['to make', 'to change', 'to delete'] : ['made', 'changed', 'deleted'];
  const [make, change, gone] = tense;
  return `${count('make')} ${make}, ${count('change')} ${change}, ${count('delete')} ${gone}, ${count('nothing')} as they are`;
}
