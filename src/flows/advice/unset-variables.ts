import type { Problem } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import { placeholders } from '../substitute.ts';
import { variableFamilies } from '../variable-families.ts';
import { knownVariables } from '../variable-table.ts';
import { fixedText, textsOf } from '../written.ts';
import type { SetNames, WrittenAction, WrittenList } from './list.ts';

/** Names that nothing sets: what stands in their place is empty. */
export function unsetVariables(list: WrittenList): readonly Problem[] {
  const meant = suggestions(list.sets);
  const problems: Problem[] = [];
  for (const action of list.actions) {
    for (const { path, name } of namesIn(action)) {
      if (isFamiliar(name) || list.sets.names.has(name)) continue;
      const message = complaint(name, list, meant);
      if (message !== undefined) problems.push({ path: `${action.path}.${path}`, message });
      if (problems.length >= mostTold) return problems;
    }
  }
  return problems;
}

/** Each is compared with every name there is: a flow full of them would keep the thread that serves everybody. */
const mostTold = 100;

/** The names that an action reads, as it is written, each with its place in the option. */
export function namesIn({
  type,
  option,
}: Pick<WrittenAction, 'type' | 'option'>): { readonly path: string; readonly name: string }[] {
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

const families = Object.entries(variableFamilies).map(([prefix, { names }]) => ({ prefix, names }));

/** Ours, or what an earlier flow may have kept. */
function isFamiliar(name: string): boolean {
  if (knownVariables.has(name)) return true;
  return families.some(
    ({ prefix, names }) => name.startsWith(prefix) && names.test(name.slice(prefix.length)),
  );
}

type Suggest = (name: string, isOurs?: boolean) => string;

/** What may have been meant, for the first names that ask: each is compared with every name there is. */
function suggestions({ names }: SetNames): Suggest {
  const all = [...knownVariables.keys(), ...[...names].slice(0, mostCompared)];
  let left = mostSuggested;
  return (name, isOurs = false) => {
    left--;
    return left < 0 ? '' : didYouMean(name, isOurs ? knownVariables.keys() : all);
  };
}

const mostCompared = 200;
const mostSuggested = 20;

function complaint(name: string, { sets, outer }: WrittenList, suggest: Suggest): string | undefined {
  const shown = `\`${name}\``;
  if (/^voipbin\./i.test(name)) return `there is no variable ${shown}${suggest(name)}`;
  if (outer?.sets.names.has(name))
    return `${shown} is set around this call, which has variables of its own: give it in \`variables\``;
  if (sets.isOpen) {
    // A reply may set it: only what looks like one of ours is hardly one of somebody's server.
    const meant = suggest(name, true);
    return meant === '' ? undefined : `nothing here sets ${shown}${meant}`;
  }
  const where = outer ? 'in the `variables` of this call' : 'as `variables` to whatever starts it';
  return `nothing in this flow sets ${shown}: it is empty, unless given ${where} or set by another flow run in it${suggest(name)}`;
}
