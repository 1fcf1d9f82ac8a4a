import { createContext, Script } from 'node:vm';

/** How long one may be looked for in one text, in milliseconds. */
const limit = 200;

const surroundings = createContext({});
const match = new Script('new RegExp(pattern, "u").exec(text)');

/** A regular expression took too long: on some texts it has more ways to try than there is time. */
export class PatternOverrun extends Error {
  override readonly name = 'PatternOverrun';

  constructor(pattern: string) {
    super(
      `the regular expression ${pattern} was given up after ${limit} ms: it tries too many ways, as (a+)+ does`,
    );
  }
}

/** Where in a text a pattern is found, and where that ends; nothing where it is not. @throws PatternOverrun */
export function find(pattern: string, text: string): readonly [start: number, end: number] | undefined {
  Object.assign(surroundings, { pattern, text });
  try {
    const found = match.runInContext(surroundings, { timeout: limit }) as RegExpExecArray | null;
    return found ? [found.index, found.index + found[0].length] : undefined;
  } catch (error) {
    const { code } = error as { code?: unknown }; // of those surroundings: no Error of ours
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new PatternOverrun(pattern);
    throw error;
  }
}

/** What is wrong with a regular expression; nothing where it can be looked for. */
export function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return `expected a regular expression: ${error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : ''}`;
  }
}
