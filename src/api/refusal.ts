import { ActionError, AriflowError, LifetimeEnded } from '../core/errors.ts';

/** What actions call a failure, as the API says it. */
export async function orRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof LifetimeEnded) throw new AriflowError('CONFLICT', 'it is over', { cause: error });
    if (!(error instanceof ActionError)) throw error;
    throw new AriflowError(error.reason, error.message, { cause: error });
  }
}
