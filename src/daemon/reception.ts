import type { Call } from '../calls/call.ts';
import { zeroId } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import { checkFlow } from '../flows/flow.ts';
import type { FlowToRun } from '../flows/flow-to-run.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { type FlowLookup, phoneActions, route } from '../flows/routing.ts';
import { welcomeActions } from '../flows/welcome.ts';
import type { Store } from '../storage/store.ts';

/** Q.850: nobody is at this number; SIP's 404. */
const unallocated = 1;

export interface Reception {
  readonly activeflows: Activeflows;
  readonly log: Log;
  readonly isSaturated: () => boolean;
  /** What runs for a number, as `flowFinder` makes it. */
  readonly flowOf: (number: string) => Promise<FlowToRun | undefined>;
}

/** Takes incoming calls: finds the flow of each and runs it. */
export function reception({
  activeflows,
  log,
  isSaturated,
  flowOf,
}: Reception): (call: Call) => Promise<void> {
  return async (call) => {
    // 503: the caller's exchange may try another way; what we cannot record we must not begin.
    if (isSaturated()) return call.hangup('failed');
    const flow = await flowOf(call.record.destination.target).catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'routing_failed');
      return null;
    });
    if (flow === null) return call.hangup('failed');
    if (!flow) return call.hangup('failed', unallocated);
    await activeflows.runOnCall(call, flow);
  };
}

/** What runs for whoever dials a number: its own flow, one of a fresh installation, or the default one. */
export function flowFinder(
  store: Store,
  catalogue: ActionCatalogue,
): (number: string) => Promise<FlowToRun | undefined> {
  const builtIn = (actions: readonly unknown[]): FlowToRun => ({
    id: zeroId,
    actions: checkFlow(actions, catalogue).actions,
  });
  const flows = {
    welcome: builtIn(welcomeActions),
    ofPhone: (number: string) => builtIn(phoneActions(number)),
  };
  const lookup: FlowLookup = {
    async flowOfNumber(number) {
      const found = await store.numbers.byNumber(number);
      if (!found) return undefined;
      return (await store.flows.get(found.call_flow_id)) ?? null;
    },
  };
  return (number) => route(number, lookup, flows);
}
