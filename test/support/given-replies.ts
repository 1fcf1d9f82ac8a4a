import type { ActionCatalogue } from '../../src/flows/load-actions.ts';
import { checkingOf } from '../../src/flows/reading/checking.ts';
import { mappingOf } from '../../src/flows/reading/mapping.ts';
import { Replies } from '../../src/flows/reading/replies.ts';

/** Reads replies without a thread: simulated time is none of a thread's. */
export function givenReplies(
  catalogue: ActionCatalogue,
  checkUrl: (url: string) => string | undefined,
): Replies {
  const rules = { catalogue, checkUrl };
  return new Replies({
    rules,
    mapping: { run: async (job) => mappingOf(job) },
    checking: { run: async (job) => checkingOf(job, rules) },
  });
}
