import { now } from '../core/clock.ts';
import type { Assignments } from '../flows/reading/assignments.ts';
import { WebhookFailure } from '../flows/reading/webhook-failure.ts';
import type { UserReply } from '../ports/http.ts';
import { callInternal } from './call-internal.ts';
import type { InternalCall } from './internal-call.ts';
import { resultOf, type WebhookResult } from './result.ts';
import type { InternalName } from './webhook-option.ts';

export interface InternalResult {
  readonly result: WebhookResult;
  readonly set: Assignments;
}

/** What an internal webhook came to: as of a server's, its reply is read. */
export async function internalResult(
  name: InternalName,
  call: InternalCall,
  read: (reply: UserReply) => Promise<Assignments>,
): Promise<InternalResult> {
  const began = now();
  const { status, body, set } = await callInternal(name, call);
  const text = Object.keys(body).length > 0 ? JSON.stringify(body) : '';
  const reply = { status, headers: {}, body: Buffer.from(text) };
  let mapped: Assignments = [];
  const result = await resultOf({ result: reply, duration: now() - began }, false, async (said) => {
    // One that has nothing to say has nothing to map either.
    if (text !== '') mapped = await read(said);
  });
  const { failure } = result;
  const message = typeof body.message === 'string' ? body.message : failure?.message;
  if (!failure || message === undefined) return { result, set: [...set, ...mapped] };
  return { result: { ...result, failure: new WebhookFailure(failure.reason, message) }, set };
}
