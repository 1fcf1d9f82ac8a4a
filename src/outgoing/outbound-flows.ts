import { telAddress } from '../calls/address.ts';
import { errorStatus } from '../core/error-reasons.ts';
import { ActionError } from '../core/errors.ts';
import type { Facts } from '../flows/variables.ts';
import type { OutboundAnswer, OutboundRequest } from '../ports/flow-requests.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import type { FlowsPort } from '../ports/ports.ts';
import { ringTimeout } from './outgoing-options.ts';

export interface OutboundFlowsOptions {
  readonly outgoing: Pick<Outgoing, 'later'>;
  readonly flows: FlowsPort;
}

/** Starts a stored flow on calls to some numbers, now or later; never more at once than the limits allow. */
export async function startOutboundFlow(
  request: OutboundRequest,
  { outgoing, flows }: OutboundFlowsOptions,
): Promise<OutboundAnswer> {
  const { flowId, numbers, delayMinutes, from, uuid } = request;
  const variables = askedBy(request);
  if (!(await flows.get(flowId))) return failed(404, 'there is no such flow');
  const calls = numbers.map((number, index) => ({
    id: uuid('outbound call', index),
    delayMinutes,
    source: telAddress(from),
    destination: telAddress(number),
    flowId,
    actions: [],
    variables,
    timeout: ringTimeout.parse(undefined),
    isEarly: false,
    depth: 1,
  }));
  try {
    await outgoing.later(calls);
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return failed(errorStatus[error.reason], error.message);
  }
  return { code: 200, message: 'OK', requestId: uuid('outbound'), activeflowId: calls[0]?.id ?? '' };
}

/** Stored with each call, and there for its flow: who was it that asked for it. */
function askedBy({ securityId, clientId }: OutboundRequest): Facts {
  return {
    ...(securityId !== '' && { 'flow.syskey.securityID': securityId }),
    ...(clientId !== '' && { 'flow.syskey.clientID': clientId }),
  };
}

function failed(code: number, message: string): OutboundAnswer {
  return { code, message, requestId: '', activeflowId: '' };
}
