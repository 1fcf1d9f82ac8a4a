import { ActionError, AriflowError, LifetimeEnded } from '../core/errors.ts';

/** What actions call a failure, as the API says it. */
export async function orRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof LifetimeEnded) throw new AriflowError('CONFLICT', 'it is over', { cause: error });
    if (!(error instanceof ActionError)) throw error;
    const { reason, message, path } = error;
    throw new AriflowError(reason, message, {
      cause: error,
      ...(path !== undefined && { details: [{ path, message }] }),
    });
  }
}
