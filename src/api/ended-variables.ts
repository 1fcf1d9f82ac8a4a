import type { Recorder } from '../news/recorder.ts';
import type { Store } from '../storage/store.ts';

/** Where an activeflow is found that has ended. */
export interface Ended {
  readonly store: Pick<Store, 'activeflows'>;
  readonly recorder: Pick<Recorder, 'latest'>;
}

/** The variables that an activeflow which has ended has kept (`persist`); `undefined` where there is none of this id. */
export async function endedVariables(
  id: string,
  { store, recorder }: Ended,
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = recorder.latest('activeflows', id) ?? (await store.activeflows.find(id));
  if (!found) return undefined;
  const state = typeof found.state === 'function' ? found.state() : found.state;
  return state?.kept ?? {};
}
