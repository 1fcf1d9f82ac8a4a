import { type Escape, type OptionPath, placeholders, type Substituted, substitute } from './substitute.ts';
import type { Variables } from './variables.ts';
import type { WrittenOption } from './written.ts';

/** An option with its values as others see it: what is for the flow alone is not in it. */
export function shownOption(
  written: WrittenOption,
  { option }: Substituted,
  variables: Variables,
  escaping: (path: OptionPath) => Escape,
): Substituted['option'] {
  const { hidden } = variables;
  if (hidden.length === 0 || !placeholders(written).some((name) => hidden.includes(name))) return option;
  return substitute(written, (name) => variables.shown(name), escaping).option;
}

/** Marks the variables that an action copies an option into, once it has, as those are that the option is made of. */
export function copyingMarks(
  variables: Variables,
  written: WrittenOption,
  names: readonly string[],
): () => void {
  if (names.length === 0) return () => undefined;
  const { hidden } = variables;
  const from = placeholders(written);
  const isHidden = from.some((name) => hidden.includes(name));
  const isTyped = from.some((name) => variables.isTyped(name));
  return () => {
    if (isHidden) variables.hide(names);
    if (isTyped) variables.markTyped(names);
  };
}
