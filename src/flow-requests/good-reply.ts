import { ActionError } from '../core/errors.ts';
import { noReplyReasons, statusReason } from '../http/reply-reasons.ts';
import type { NoReply, UserReply } from '../ports/http.ts';

/**
 * The reply where it is a good one.
 * @throws ActionError with the reason of the details: `TIMEOUT`, `UNREACHABLE`, `INVALID_REQUEST`, `INVALID_RESPONSE`,
 * `REDIRECTION`, `CLIENT_ERROR`, `SERVER_ERROR`
 */
export function goodReply(result: UserReply | NoReply): UserReply {
  if ('failure' in result) throw new ActionError(noReplyReasons[result.failure], result.message);
  const refusal = statusReason(result.status);
  if (refusal === undefined) return result;
  throw new ActionError(refusal, `the server answered with status ${result.status}`);
}
