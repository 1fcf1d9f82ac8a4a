import { ActionError, AriflowError, type ErrorReason, LifetimeEnded } from '../core/errors.ts';

/** What is nobody's fault who asked, and what may only not be just now. */
const reasons: Readonly<Record<string, ErrorReason>> = {
  SPEECH_FAILED: 'UNAVAILABLE',
  RECORDING_FAILED: 'UNAVAILABLE',
  MUTE_FAILED: 'UNAVAILABLE',
  TOO_MANY_RECORDINGS: 'CONFLICT',
};

/** What actions call a failure, as the API says it: usually it is the fault of who asked. */
export async function orRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof LifetimeEnded) throw new AriflowError('CONFLICT', 'it is over', { cause: error });
    if (!(error instanceof ActionError)) throw error;
    throw new AriflowError(reasons[error.code] ?? 'INVALID_ARGUMENT', error.message, { cause: error });
  }
}
