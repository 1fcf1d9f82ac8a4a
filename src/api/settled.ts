import { Deadline } from '../core/deadline.ts';
import type { Parts } from './parts.ts';

const maxWait = 500;

/** A change that is in the store once it is answered: whoever was answered may rely on it, and its event will come. */
export async function stored<T>(parts: Pick<Parts, 'recorder'>, changing: Promise<T> | T): Promise<T> {
  const changed = await changing;
  await settled(parts);
  return changed;
}

/** What happened before the request is in the store afterwards. A store that cannot write is read as it is. */
export async function settled({ recorder }: Pick<Parts, 'recorder'>): Promise<void> {
  using deadline = new Deadline(maxWait);
  await recorder.flush(deadline.signal).catch(() => undefined);
}
