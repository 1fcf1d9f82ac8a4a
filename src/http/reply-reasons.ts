import type { ActionCode } from '../core/action-codes.ts';
import type { NoReply } from '../ports/http.ts';

/** Why a request of a flow's came to nothing, in the contract's words: where there was no reply. */
export const noReplyReasons = {
  invalid_request: 'INVALID_REQUEST',
  blocked: 'INVALID_REQUEST',
  timeout: 'TIMEOUT',
  unreachable: 'UNREACHABLE',
  invalid_reply: 'INVALID_RESPONSE',
  too_large: 'INVALID_RESPONSE',
} as const satisfies Readonly<Record<NoReply['failure'], ActionCode>>;

/** Why a reply with this status is no success; `undefined` for a 2xx. */
export function statusReason(status: number): 'SERVER_ERROR' | 'CLIENT_ERROR' | 'REDIRECTION' | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 500) return 'SERVER_ERROR';
  return status >= 400 ? 'CLIENT_ERROR' : 'REDIRECTION';
}
