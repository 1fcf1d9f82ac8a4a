import { messageIdOf } from '../core/message-id.ts';
import type { ActionContext } from '../flows/action.ts';
import { CallVariables } from '../flows/call-variables.ts';
import { WebhookFailure } from '../flows/reading/webhook-failure.ts';
import type { KnownWebhook, LaterRequest } from '../ports/flow-requests.ts';
import { buildRequest, type Target } from './build-request.ts';
import type { WebhookOption } from './webhook-option.ts';

export interface PreparedRequest extends LaterRequest {
  readonly hasAuth: boolean;
  /** The headers of one try that the stored webhook signs. */
  readonly sign: () => Readonly<Record<string, string>>;
}

/** The request as it goes out. @throws WebhookFailure where it cannot */
export async function prepare(
  { action, call, variables, user, ports, uuid }: ActionContext,
  option: WebhookOption,
): Promise<PreparedRequest> {
  const known = await stored(ports.webhooks, option.webhook_id);
  const target = targetOf(option, known);
  const request = buildRequest(option, {
    target,
    written: action.option ?? {},
    lookUp: (name) => variables.get(name),
    known: {
      set: { ...user.entries(), ...variables.entries() },
      ofCall: call ? new CallVariables(call).entries() : {},
    },
  });
  const problem = ports.http.checkUrl(request.url);
  if (problem !== undefined) throw new WebhookFailure('INVALID_REQUEST', `the URL ${problem}`);
  const id = messageIdOf(uuid('request'));
  return {
    id,
    // Whatever the author's headers say: a server recognises by it what it has had already.
    request: { ...request, headers: { ...request.headers, 'webhook-id': id } },
    retries: retriesOf(option),
    timeout: option.timeout,
    ...(known && { signedBy: option.webhook_id }),
    sign: () => known?.sign(id, request.body ?? '') ?? {},
    hasAuth: target.auth !== undefined && target.auth.type !== 'none',
  };
}

async function stored(
  webhooks: ActionContext['ports']['webhooks'],
  id: string,
): Promise<KnownWebhook | undefined> {
  if (id === '') return undefined;
  const found = await webhooks.get(id);
  if (!found) throw new WebhookFailure('INVALID_REQUEST', `there is no webhook ${id}`);
  return found;
}

/** What is given here wins over the stored webhook. */
function targetOf({ uri, method, auth }: WebhookOption, known: KnownWebhook | undefined): Target {
  const named = method ?? known?.method ?? 'POST';
  return {
    uri: uri || (known?.uri ?? ''),
    method: named === 'OPTION' ? 'OPTIONS' : named,
    auth: auth ?? known?.auth,
  };
}

function retriesOf({ attempts, retries = 0 }: WebhookOption): number {
  return attempts === undefined ? retries : attempts - 1;
}
