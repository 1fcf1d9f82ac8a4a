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
