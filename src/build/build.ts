import { bundle } from './bundle.ts';
import { buildConsole } from './console.ts';

/** Builds all of `dist`. */
export async function build(): Promise<void> {
  await buildConsole();
  // Last: by the time of what it writes is known whether something has changed since.
  await bundle();
}
