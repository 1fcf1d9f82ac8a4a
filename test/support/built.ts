import { build } from '../../src/build/build.ts';
import { isBuilt } from '../../src/build/bundle.ts';

/** Before the first daemon that is a process: what it runs from. */
export async function setup(): Promise<void> {
  if (!isBuilt()) await build();
}
