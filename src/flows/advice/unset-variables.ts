import type { Problem } from '../../core/errors.ts';
import { didYouMean, nearest } from '../../core/nearest.ts';
import { placeholders } from '../substitute.ts';
import { knownVariables, variableFamilies } from '../variable-table.ts';
import { fixedText, textsOf } from '../written.ts';
import type { WrittenAction, WrittenList } from './list.ts';

/** Names that nothing sets: what stands in their place is empty. */
export function unsetVariables(list: WrittenList): readonly Problem[] {
  const own = namesSetBy(list);
  const around = list.outer ? namesSetBy(list.outer) : undefined;
  const problems: Problem[] = [];
  for (const action of list.actions) {
    for (const { path, name } of namesIn(action)) {
      if (isFamiliar(name) || own.names.has(name)) continue;
      const message = complaint(name, own, around);
      if (message !== undefined) problems.push({ path: `${action.path}.${path}`, message });
      if (problems.length >= mostTold) return problems;
    }
  }
  return problems;
}

/** Each is compared with every name there is: a flow full of them would keep the thread that serves everybody. */
const mostTold = 100;

/** What a list sets, as far as its text says it. */
export interface SetNames {
  readonly names: ReadonlySet<string>;
  /** Somebody's server, or another variable, says more of them. */
  readonly isOpen: boolean;
}

export function namesSetBy({ actions, given }: WrittenList): SetNames {
  const set = actions.map(({ type, option }) => type.sets(option));
  return {
    names: new Set([...given, ...set.flatMap((names) => (names === 'anything' ? [] : names))]),
    isOpen: set.includes('anything'),
  };
}

function namesIn({ type, option }: WrittenAction): { readonly path: string; readonly name: string }[] {
  const bare = type.reads.flatMap((key) => {
    const name = fixedText(option[key]);
    return name === '' ? [] : [{ path: key, name }];
  });
  const filled = textsOf(option).flatMap(({ path, text }) =>
    [...new Set(placeholders(text))]
      .filter((name) => !name.includes('${')) // one that is not closed, and the next
      .map((name) => ({ path, name })),
  );
  return [...bare, ...filled];
}

/** Ours, or what an earlier flow may have kept. */
function isFamiliar(name: string): boolean {
  if (knownVariables.has(name)) return true;
  return Object.keys(variableFamilies).some(
    (prefix) => name.startsWith(prefix) && name.length > prefix.length,
  );
}

function complaint(name: string, own: SetNames, around: SetNames | undefined): string | undefined {
  const shown = `\`${name}\``;
  const all = [...knownVariables.keys(), ...own.names];
  if (/^voipbin\./i.test(name)) return `there is no variable ${shown}${didYouMean(name, all)}`;
  if (around?.names.has(name))
    return `${shown} is set around this call, which has variables of its own: give it in \`variables\``;
  if (own.isOpen) {
    // A reply may set it: only what looks like one of ours is hardly one of somebody's server.
    const meant = nearest(name, knownVariables.keys());
    return meant === undefined ? undefined : `nothing here sets ${shown}, did you mean ${meant}?`;
  }
  const where = around ? 'in the `variables` of this call' : 'as `variables` to whatever starts it';
  return `nothing in this flow sets ${shown}: it is empty, unless given ${where} or set by another flow run in it${didYouMean(name, all)}`;
}
