import { nowMicros, wireTime } from '../core/clock.ts';
import { hidden, hiddenIn, withoutSecrets } from '../flows/secrets.ts';
import type { WebhookRecord, WebhookStatus } from '../news/webhook-record.ts';
import type { Credentials } from '../ports/flow-requests.ts';
import { invalid } from './problems.ts';

/** What a change of a webhook says of what answers do not show whole. */
interface GivenChange {
  readonly uri?: string | undefined;
  readonly secret?: string | undefined;
  readonly auth?:
    | { readonly type: 'none' }
    | { readonly type: 'basic'; readonly username: string; readonly password?: string | undefined }
    | undefined;
  readonly status?: WebhookStatus | undefined;
}

type Changed = Partial<Pick<WebhookRecord, 'uri' | 'secrets' | 'previous_until' | 'auth' | 'status'>>;

/** A secret that was not given stays, and so does `disabled`. @throws AriflowError where there is none to stay */
export function webhookChange(
  stored: WebhookRecord,
  { uri, secret, auth, status }: GivenChange,
  secretOverlap: number,
): Changed {
  return {
    ...(uri !== undefined && { uri: wholeUri(uri, stored.uri) }),
    ...(secret !== undefined && withSecret(stored, secret, secretOverlap)),
    ...(auth && { auth: withPassword(stored.auth, auth) }),
    ...(status && withStatus(stored, status)),
  };
}

/** Sent back as answers show it, a URL keeps the secrets in its query. @throws AriflowError where it hides others */
export function wholeUri(given: string, stored = ''): string {
  if (given === withoutSecrets(stored)) return stored;
  if (hiddenIn(given).length > 0)
    throw invalid('uri', 'hides a secret, and none is stored: expected the secret itself');
  return given;
}

/** The one before stays valid beside the new one, so that receivers can change over without losing a delivery. */
function withSecret({ secrets }: WebhookRecord, secret: string, overlap: number): Changed {
  const [current] = secrets;
  if (current === secret) return {};
  const previous_until = wireTime(nowMicros() + overlap * 1_000);
  return { secrets: current === undefined ? [secret] : [secret, current], previous_until };
}

function withPassword(stored: Credentials, auth: NonNullable<GivenChange['auth']>): Credentials {
  if (auth.type === 'none') return auth;
  const { type, username } = auth;
  const before = stored.type === 'basic' ? stored.password : undefined;
  // Not given, or hidden as answers hide the secrets of flows: it stays.
  const password = auth.password === undefined || auth.password === hidden ? before : auth.password;
  if (password === undefined) throw invalid('auth.password', 'expected one: there is none to stay');
  return { type, username, password };
}

function withStatus(stored: WebhookRecord, status: WebhookStatus): Changed {
  if (status !== 'disabled') return { status };
  if (stored.status !== status) throw invalid('status', 'expected one of active, inactive');
  return {};
}
