import { randomBytes } from 'node:crypto';
import type { ClientTransactions } from './client-transactions.ts';
import type { Dialog } from './dialog.ts';
import { authorization, type Credentials, chooseChallenge } from './digest.ts';
import { type Address, cseqOf, type SipRequest, type SipResponse } from './sip-message.ts';

/** What a dialog needs of the phone it belongs to. */
export interface UserAgent {
  readonly address: Address;
  /** URI of this phone as others reach it. */
  readonly contact: string;
  readonly client: ClientTransactions;
  readonly credentials: Credentials | undefined;
  /** Notes something the other side did against the rules. */
  complain(text: string): void;
  remember(dialog: Dialog): void;
  forget(dialog: Dialog): void;
}

export const allowed = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY';

export function newTag(): string {
  return randomBytes(6).toString('hex');
}

/** A Via of a new transaction. */
export function newVia(address: Address): string {
  return `SIP/2.0/${address.transport ?? 'UDP'} ${address.host}:${address.port};rport;branch=z9hG4bK${randomBytes(9).toString('hex')}`;
}

export interface Attempt {
  /** Makes the request anew each time: another branch, the next CSeq. */
  readonly build: (headers: Readonly<Record<string, string>>) => SipRequest;
  readonly to: Address;
  readonly onProvisional?: (response: SipResponse) => void;
}

/** Sends a request, and once more with the password if that is asked for. */
export async function sendAuthenticated(
  agent: UserAgent,
  { build, to, onProvisional }: Attempt,
): Promise<{ request: SipRequest; response: SipResponse }> {
  const request = build({});
  const response = await agent.client.start(request, to, onProvisional);
  const proof = answerChallenge(request, response, agent.credentials);
  if (proof === undefined) return { request, response };
  const again = build(proof);
  if (cseqOf(again).number <= cseqOf(request).number)
    throw new Error('an authenticated request needs the next CSeq');
  return { request: again, response: await agent.client.start(again, to, onProvisional) };
}

function answerChallenge(
  { method, uri }: SipRequest,
  response: SipResponse,
  credentials: Credentials | undefined,
): Record<string, string> | undefined {
  const isProxy = response.status === 407;
  if (credentials === undefined || (response.status !== 401 && !isProxy)) return undefined;
  const challenge = chooseChallenge(
    response.headers.all(isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'),
  );
  if (challenge === undefined) return undefined;
  const name = isProxy ? 'Proxy-Authorization' : 'Authorization';
  return { [name]: authorization(challenge, credentials, { method, uri }) };
}
