import { Deadline } from '../core/deadline.ts';
import type { Services } from './services.ts';

const maxWait = 500;

/** A change that is in the store once it is answered: whoever was answered may rely on it, and its event will come. */
export async function stored<T>(services: Pick<Services, 'recorder'>, changing: Promise<T> | T): Promise<T> {
  const changed = await changing;
  await settled(services);
  return changed;
}

/** What happened before the request is in the store afterwards. A store that cannot write is read as it is. */
export async function settled({ recorder }: Pick<Services, 'recorder'>): Promise<void> {
  using deadline = new Deadline(maxWait);
  await recorder.flush(deadline.signal).catch(() => undefined);
}
