import type { ActionCode } from '../../core/action-codes.ts';

/** Why a `webhook_send` failed, in Phonon's words; `UNREACHABLE` is ours. */
export type WebhookReason = Extract<
  ActionCode,
  | 'AUTHENTICATION_FAILURE'
  | 'TIMEOUT'
  | 'INVALID_FLOW_VAR'
  | 'INVALID_REQUEST'
  | 'INVALID_RESPONSE'
  | 'INVALID_RESPONSE_MAP'
  | 'REDIRECTION'
  | 'CLIENT_ERROR'
  | 'SERVER_ERROR'
  | 'UNREACHABLE'
>;

/** A webhook that cannot be sent as it is, or a reply that is not what was asked for. */
export class WebhookFailure extends Error {
  override readonly name = 'WebhookFailure';
  readonly reason: WebhookReason;

  constructor(reason: WebhookReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
