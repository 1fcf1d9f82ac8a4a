import type { Address } from '../calls/address.ts';
import { zeroId } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import { checkFlow } from '../flows/flow.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Facts } from '../flows/variables.ts';
import type { RunFlow } from '../messages/inbox.ts';
import type { MessageRecord } from '../messages/message-record.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { FlowsPort } from '../ports/ports.ts';
import type { KnownExtensions } from './reception.ts';
import { dialable } from './route.ts';

export interface MessageFlowsOptions {
  readonly numbers: { byNumber(number: string): Promise<{ readonly message_flow_id: string } | undefined> };
  readonly extensions: KnownExtensions;
  readonly flows: FlowsPort;
  readonly catalogue: ActionCatalogue;
  readonly activeflows: () => Pick<Activeflows, 'alone' | 'start'>;
  /** How many activeflows without a call there may be. */
  readonly most: number;
  readonly log: Log;
}

/** What a message to a phone does, written as a user would: the phone gets it, in the name of whoever has written it. */
export function phoneMessageActions(number: string, { type }: Pick<Address, 'type'>): readonly unknown[] {
  // As a `tel` only a number of ours may write; as any other source no more is shown of him than of that.
  const sourceType = type === 'tel' ? 'sip' : type;
  return [
    {
      type: 'message_send',
      option: {
        source: { type: sourceType, target: '${voipbin.message.source}' },
        destinations: [{ type: 'extension', target: number }],
        text: '${voipbin.message.text}',
      },
    },
  ];
}

/** What runs for a message to a number: its flow, or nothing; where nobody is at this number there is no answer. */
export function messageFlows(options: MessageFlowsOptions): (to: Address) => Promise<RunFlow | undefined> {
  const { numbers, extensions, flows, catalogue } = options;
  const ofNumber = async (number: string): Promise<FlowToRun | null | undefined> => {
    const found = await numbers.byNumber(number);
    if (!found) return undefined;
    const { message_flow_id: id } = found;
    return id === zeroId ? null : ((await flows.get(id)) ?? null);
  };
  const ofPhone = (number: string, source: Address): FlowToRun => ({
    id: zeroId,
    actions: checkFlow(phoneMessageActions(number, source), catalogue).actions,
  });
  return async ({ target }) => {
    if (!dialable.test(target)) return undefined;
    const own = await ofNumber(target);
    if (own === undefined && (await extensions.byExtension(target)))
      return (message) => run(message, ofPhone(target, message.source), options);
    const flow = own === undefined ? await ofNumber('default') : own;
    return flow === undefined ? undefined : (message) => run(message, flow, options);
  };
}

function run(
  message: MessageRecord,
  flow: FlowToRun | null,
  { activeflows, most, log }: MessageFlowsOptions,
): void {
  if (!flow) return;
  if (activeflows().alone >= most) return log.warn({ message: message.id }, 'message_flow_not_run');
  activeflows().start(flow, { initial: { ...factsOf(message) } as Record<string, string> });
}

/** What a flow can read of the message that it runs for. */
function factsOf({ id, source, targets, text }: MessageRecord): Facts {
  const [target] = targets;
  return {
    'voipbin.message.id': id,
    'voipbin.message.source': source.target,
    'voipbin.message.destination': target?.destination.target ?? '',
    'voipbin.message.text': text,
    'voipbin.message.source_type': source.type,
    'voipbin.message.conversation_id': target?.conversation_id ?? '',
  };
}
