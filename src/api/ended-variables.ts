import type { Recorder } from '../news/recorder.ts';
import type { Store } from '../storage/store.ts';

/** Where an activeflow is found that has ended. */
export interface Ended {
  readonly store: Pick<Store, 'activeflows'>;
  readonly recorder: Pick<Recorder, 'waitingActiveflow'>;
}

/** The variables that an activeflow which has ended has kept (`persist`); `undefined` where there is none of this id. */
export async function endedVariables(
  id: string,
  { store, recorder }: Ended,
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = recorder.waitingActiveflow(id) ?? (await store.activeflows.stored(id));
  if (!found) return undefined;
  const text = typeof found.state === 'string' ? found.state : found.state();
  const { kept } = JSON.parse(text) as { kept?: Record<string, string> }; // written when it ended
  return kept ?? {};
}
