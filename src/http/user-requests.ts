import type { HttpPort, NoReply, StatusPort } from '../ports/http.ts';
import type { AddressPolicy } from './address-policy.ts';
import type { GuardedClient } from './guarded-client.ts';
import { HttpError } from './http-error.ts';
import { urlProblem } from './url-problem.ts';

/** The requests of users' flows, over the guarded client. */
export function userRequests(
  client: Pick<GuardedClient, 'request' | 'download'>,
  policy: Pick<AddressPolicy, 'checkUrl'>,
): HttpPort {
  return {
    checkUrl: urlProblem(policy),
    request: (request, signal) => orNoReply(client.request({ ...request, signal }), signal),
    stream: (request, take, signal) => orNoReply(client.download({ ...request, signal }, take), signal),
  };
}

/** Requests whose answer is its status. */
export function statusRequests(client: Pick<GuardedClient, 'requestHead'>): StatusPort {
  return {
    status: (request, signal) => orNoReply(client.requestHead({ ...request, signal }), signal),
  };
}

async function orNoReply<R>(reply: Promise<R>, signal: AbortSignal): Promise<R | NoReply> {
  try {
    return await reply;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HttpError) return { failure: failureOf(error), message: error.message };
    throw error;
  }
}

/** What a failed request is for a flow. */
export function failureOf({ code, isFinal }: HttpError): NoReply['failure'] {
  switch (code) {
    case 'invalid':
      return isFinal ? 'invalid_request' : 'invalid_reply';
    case 'aborted':
      return 'unreachable'; // not by our signal: the client is being closed
    case 'blocked':
    case 'timeout':
    case 'unreachable':
    case 'too_large':
      return code;
    default:
      return code satisfies never;
  }
}
