import type { OutboundAnswer, OutboundRequest } from '../ports/flow-requests.ts';
import type { InternalCall, InternalReply } from './internal-call.ts';

const mostNumbers = 100;
const longestDelay = 43_200;

/** Phonon's "Initiate Outbound Flow": starts a stored flow on calls to some numbers. */
export async function createOutbound({ variables, ports, uuid }: InternalCall): Promise<InternalReply> {
  const read = (name: string): string => variables.get(`flow.syskey.${name}`).trim();
  const request = requestOf(read, ourNumber(variables));
  const answer =
    'problem' in request ? refused(request.problem) : await ports.outbound.start({ ...request, uuid });
  return {
    status: answer.code,
    body: { code: answer.code, message: answer.message },
    set: [
      ['flow.key.obdResponseCode', String(answer.code)],
      ['flow.key.obdReqID', answer.requestId],
      ['flow.key.obdPhononUUID', answer.activeflowId],
    ],
  };
}

function requestOf(
  read: (name: string) => string,
  from: string,
): Omit<OutboundRequest, 'uuid'> | { readonly problem: string } {
  const delay = read('delayMinutes') || '0';
  const numbers = numbersIn(read('contactNumbers'));
  const flowId = read('flowID').toLowerCase();
  const problem = [
    [read('apiVersion') === '1.0', 'flow.syskey.apiVersion must be 1.0'],
    [
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(flowId),
      'flow.syskey.flowID must be the id of a flow',
    ],
    [
      numbers.length > 0 &&
        numbers.length <= mostNumbers &&
        numbers.every((number) => /^\+?[0-9]{3,15}$/.test(number)),
      `flow.syskey.contactNumbers must be 1 to ${mostNumbers} telephone numbers`,
    ],
    [
      /^\d{1,5}$/.test(delay) && Number(delay) <= longestDelay,
      `flow.syskey.delayMinutes must be a number from 0 to ${longestDelay}`,
    ],
  ].find(([isGood]) => !isGood)?.[1];
  if (typeof problem === 'string') return { problem };
  return {
    flowId,
    numbers,
    delayMinutes: Number(delay),
    from,
    securityId: read('securityID'),
    clientId: read('clientID'),
  };
}

/** The number this flow's own call came to, or was made from. */
function ourNumber(variables: InternalCall['variables']): string {
  const isOutgoing = variables.get('voipbin.call.direction') === 'outgoing';
  return variables.get(`voipbin.call.${isOutgoing ? 'source' : 'destination'}.target`) || 'anonymous';
}

/** Separated by commas or semicolons; `91997974 6666` is one number. */
function numbersIn(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((number) => number.replace(/\s/g, ''))
    .filter(Boolean);
}

function refused(message: string): OutboundAnswer {
  return { code: 400, message, requestId: '', activeflowId: '' };
}
