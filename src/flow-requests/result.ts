import { ActionError, messageOf } from '../core/errors.ts';
import type { ResultVariables } from '../flows/action.ts';
import { roughText } from '../flows/reading/reply-text.ts';
import { WebhookFailure, type WebhookReason } from '../flows/reading/webhook-failure.ts';
import type { VariableName } from '../flows/variable-table.ts';
import type { Facts } from '../flows/variables.ts';
import { noReplyReasons, statusReason } from '../http/reply-reasons.ts';
import type { UserReply } from '../ports/http.ts';
import type { Exchange } from './exchange.ts';

/** What a webhook came to, as its variables tell it. */
export interface WebhookResult {
  /** 0 without a reply. */
  readonly status: number;
  readonly body: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly failure?: WebhookFailure | undefined;
}

const longestRaw = 65_536;

/** The result of an exchange; `read` takes a good reply apart and may refuse it. */
export async function resultOf(
  { result, duration }: Exchange,
  hasAuth: boolean,
  read: (reply: UserReply) => Promise<void>,
): Promise<WebhookResult> {
  if ('failure' in result) {
    const failure = new WebhookFailure(noReplyReasons[result.failure], result.message);
    return { status: 0, body: '', duration, failure };
  }
  const { status } = result;
  const facts = { status, body: roughText(result, longestRaw), duration };
  const refusal = refusalOf(status, hasAuth);
  if (refusal !== undefined)
    return { ...facts, failure: new WebhookFailure(refusal, `the server answered with status ${status}`) };
  try {
    await read(result);
    return facts;
  } catch (error) {
    if (error instanceof WebhookFailure) return { ...facts, failure: error };
    if (!(error instanceof ActionError)) throw error;
    return { ...facts, failure: new WebhookFailure('INVALID_RESPONSE', messageOf(error)) };
  }
}

/** The result of what could not be sent. */
export function unsent(failure: WebhookFailure): WebhookResult {
  return { status: 0, body: '', duration: 0, failure };
}

/** Phonon's variables, and the same under our name. */
export function resultVariables({ status, body, duration, failure }: WebhookResult): Facts {
  const theirs = {
    'flow.key.response_status': failure ? 'FAILED' : 'SUCCESS',
    'flow.key.response_status_code': status === 0 ? '' : String(status),
    'flow.key.response_status_type': failure ? statusType(status) : '',
    'flow.key.response_duration': (duration / 1_000).toFixed(2),
    'flow.key.response_raw': body === '' ? 'null' : cut(body),
    'flow.key.response_error': String(failure !== undefined),
    'flow.key.error_reason': failure?.reason ?? '',
  };
  return {
    ...theirs,
    'voipbin.webhook.response_status': theirs['flow.key.response_status'],
    'voipbin.webhook.response_status_code': theirs['flow.key.response_status_code'],
    'voipbin.webhook.response_status_type': theirs['flow.key.response_status_type'],
    'voipbin.webhook.response_duration': theirs['flow.key.response_duration'],
    'voipbin.webhook.response_raw': theirs['flow.key.response_raw'],
    'voipbin.webhook.response_error': theirs['flow.key.response_error'],
    'voipbin.webhook.error_reason': theirs['flow.key.error_reason'],
  };
}

/** Which of them are not empty, of either. */
export const namesOfResults: ResultVariables = {
  success: filledBy({ status: 200, body: '', duration: 0 }),
  failure: filledBy({ ...unsent(new WebhookFailure('SERVER_ERROR', '')), status: 500 }),
};

function filledBy(result: WebhookResult): readonly VariableName[] {
  const entries = Object.entries(resultVariables(result)) as readonly (readonly [VariableName, string])[];
  return entries.filter(([, value]) => value !== '').map(([name]) => name);
}

function statusType(status: number): string {
  return (
    ['', 'INFORMATIONAL', 'SUCCESSFUL', 'REDIRECTION', 'CLIENT_ERROR', 'SERVER_ERROR'][
      Math.trunc(status / 100)
    ] ?? ''
  );
}

function refusalOf(status: number, hasAuth: boolean): WebhookReason | undefined {
  return hasAuth && (status === 401 || status === 403) ? 'AUTHENTICATION_FAILURE' : statusReason(status);
}

/** In bytes; a character that would be cut in two is left out. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= longestRaw) return text;
  return new TextDecoder().decode(bytes.subarray(0, longestRaw), { stream: true });
}
