import { AriflowError } from '../core/errors.ts';
import { OutOfTime, Share, ThreadLost } from '../core/fair-thread.ts';
import type { Scope } from '../core/scope.ts';
import type { CheckedFlow } from '../flows/flow.ts';
import type { Replies } from '../flows/reading/replies.ts';

/** What users of the API send is one more that shares the thread. @throws AriflowError `UNAVAILABLE` */
export function flowValidation(
  replies: Pick<Replies, 'flow'>,
  scope: Pick<Scope, 'signal'>,
): (json: string) => Promise<CheckedFlow> {
  const reading = { share: new Share(), signal: scope.signal };
  return async (json) => {
    try {
      return await replies.flow(json, reading);
    } catch (cause) {
      if (!(cause instanceof OutOfTime) && !(cause instanceof ThreadLost)) throw cause;
      throw new AriflowError('UNAVAILABLE', `the flow cannot be checked: ${cause.message}`, { cause });
    }
  };
}
