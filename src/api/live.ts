import { AriflowError } from '../core/errors.ts';
import type { Services } from './services.ts';

const maxWait = 2_000;

/** What happened before the request is in the store afterwards: reads then see it. */
export async function settled({ recorder }: Services): Promise<void> {
  try {
    await recorder.flush(AbortSignal.timeout(maxWait));
  } catch (cause) {
    throw new AriflowError('UNAVAILABLE', 'the store is behind, try again', { cause });
  }
}
