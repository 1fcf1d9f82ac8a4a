import { createContext, Script } from 'node:vm';

/** Work took longer than it was given. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

const sandbox: { run?: () => void } = createContext({});
const script = new Script('run()');

/**
 * Runs work that somebody else's text decides, and which therefore may take any time: nobody else is served meanwhile, so
 * after `ms` milliseconds V8 ends it, wherever it is. It must not leave anything half done that others see.
 * @throws TookTooLong, and what the work throws
 */
export function bounded<T>(ms: number, work: () => T): T {
  let result: { readonly value: T } | { readonly error: unknown } | undefined;
  sandbox.run = () => {
    try {
      result = { value: work() };
    } catch (error) {
      result = { error };
    }
  };
  try {
    script.runInContext(sandbox, { timeout: ms });
  } catch (cause) {
    throw new TookTooLong('it took too long', { cause });
  } finally {
    delete sandbox.run;
  }
  if (!result) throw new TookTooLong('it took too long');
  if ('error' in result) throw result.error;
  return result.value;
}
