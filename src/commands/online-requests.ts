import { loadConfig } from '../config/config.ts';
import { AddressPolicy } from '../http/address-policy.ts';
import { GuardedClient } from '../http/guarded-client.ts';
import { userRequests } from '../http/user-requests.ts';
import type { HttpPort, NoReply } from '../ports/http.ts';
import { version } from '../version.ts';

/** Real requests of a simulated flow, where this machine's configuration lets them go. */
export function onlineRequests(env: NodeJS.ProcessEnv): AsyncDisposable & { readonly port: HttpPort } {
  const { webhook, allow_http } = loadConfig(env);
  const policy = new AddressPolicy({ allow: webhook.allow, allowHttp: allow_http });
  const client = new GuardedClient({ policy, userAgent: `ariflow/${version}` });
  const port = userRequests(client, policy);
  return {
    port: {
      checkUrl: port.checkUrl,
      request: (request, signal) =>
        inRealTime(request.timeout, signal, (both) => port.request(request, both)),
      stream: (request, take, signal) =>
        inRealTime(request.timeout, signal, (both) => port.stream(request, take, both)),
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The client waits by a clock that stands still while it does. */
async function inRealTime<R>(
  timeout: number,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<R>,
): Promise<R | NoReply> {
  const late = AbortSignal.timeout(timeout);
  try {
    return await ask(AbortSignal.any([signal, late]));
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return { failure: 'timeout', message: 'no complete answer in time' };
    throw error;
  }
}
