import type { Call } from '../calls/call.ts';
import { lastDigits } from '../calls/milestones.ts';
import { systemTime, zeroId } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { Rate } from '../core/rate.ts';
import { remembered } from '../core/remembered.ts';
import { extensionPattern } from '../extensions/extension-record.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import { checkFlow } from '../flows/flow.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { FlowsPort } from '../ports/ports.ts';
import type { SchedulesPort } from '../ports/schedules.ts';
import { type FlowLookup, phoneActions, route } from './route.ts';
import { welcomeActions } from './welcome.ts';

/** Q.850: nobody is at this number; SIP's 404. */
const unallocated = 1;

/** Refused calls that are recorded in any second: whoever tries all numbers there are must not fill the store. */
const mostRecorded = 10;

/** Why no flow takes a call. */
export type Refusal = 'unknown_number' | 'routing_failed' | 'saturated';

export interface Reception {
  readonly activeflows: Pick<Activeflows, 'runOnCall'>;
  readonly log: Log;
  readonly isSaturated: () => boolean;
  /** What runs for a number, as `flowFinder` makes it. */
  readonly flowOf: (number: string) => Promise<FlowToRun | undefined>;
  readonly onRefused: (why: Refusal, isRecorded: boolean) => void;
  /** Phones that may call flows themselves, and which there are. */
  readonly pages?: { readonly phones: { has(phone: string): boolean }; readonly flows: FlowsPort };
}

/** What such a phone dials for it. */
const flowNumber = /^flow-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Takes incoming calls: finds the flow of each and runs it. `phone`: which of ours calls, if one does. */
export function reception(options: Reception): (call: Call, phone?: string) => Promise<void> {
  const { activeflows, log, isSaturated, onRefused } = options;
  const recorded = new Rate(mostRecorded);
  const refuse = (call: Call, why: Refusal, cause?: number): void => {
    const isRecorded = why !== 'saturated' && recorded.take();
    onRefused(why, isRecorded);
    if (!isRecorded) return call.hangup('failed', cause);
    call.refuse('failed', cause);
    log.info({ call: call.id, why, to: lastDigits(call.record.destination) }, 'call_refused');
  };
  return async (call, phone) => {
    // 503: the caller's exchange may try another way; what we cannot record we must not begin.
    if (isSaturated()) return refuse(call, 'saturated');
    const flow = await dialled(call.record.destination.target, phone, options).catch((error: unknown) => {
      log.error({ call: call.id, error: messageOf(error) }, 'routing_failed');
      return null;
    });
    if (flow === null) return refuse(call, 'routing_failed');
    if (!flow) return refuse(call, 'unknown_number', unallocated);
    // Returned and not awaited, as wherever nothing comes after it: what waits for the end of a call keeps half a kilobyte.
    return activeflows.runOnCall(call, flow);
  };
}

function dialled(
  number: string,
  phone: string | undefined,
  { flowOf, pages }: Reception,
): Promise<FlowToRun | undefined> {
  const [, id] = flowNumber.exec(number) ?? [];
  if (!pages || id === undefined || phone === undefined || !pages.phones.has(phone)) return flowOf(number);
  return pages.flows.get(id.toLowerCase());
}

/** What is stored of numbers and their flows. */
interface NumberedFlows {
  readonly numbers: Edited & {
    byNumber(number: string): Promise<KnownNumber | undefined>;
  };
  readonly flows: Edited & FlowsPort;
  readonly extensions: Edited & KnownExtensions;
}

interface KnownNumber {
  readonly call_flow_id: string;
  readonly schedule_id: string;
  readonly closed_flow_id: string;
}

/** The phones that are stored. */
export interface KnownExtensions {
  byExtension(number: string): Promise<object | undefined>;
}

interface Edited {
  /** Grows with every change; `undefined` where others change them too. */
  readonly edition?: number | undefined;
}

/** So many numbers and flows are remembered: flows are the larger ones. */
const mostNumbers = 10_000;
const mostFlows = 200;

/** What runs for whoever dials a number: its own flow, one of a fresh installation, or the default one. */
export function flowFinder(
  { numbers, flows: stored, extensions }: NumberedFlows,
  catalogue: ActionCatalogue,
  schedules: SchedulesPort,
  pages: { has(number: string): boolean } = new Set(),
): (number: string) => Promise<FlowToRun | undefined> {
  const builtIn = (actions: readonly unknown[]): FlowToRun => ({
    id: zeroId,
    actions: checkFlow(actions, catalogue).actions,
  });
  const flows = {
    welcome: builtIn(welcomeActions),
    ofPhone: (number: string) => builtIn(phoneActions(number)),
  };
  const known = remembered(
    (number) => numbers.byNumber(number),
    mostNumbers,
    () => numbers.edition,
  );
  const flowOf = remembered(
    (id) => stored.get(id),
    mostFlows,
    () => stored.edition,
  );
  const phoneOf = remembered(
    (number) => extensions.byExtension(number),
    mostNumbers,
    () => extensions.edition,
  );
  const lookup: FlowLookup = {
    isExtension: async (number) =>
      pages.has(number) || (extensionPattern.test(number) && (await phoneOf(number)) !== undefined),
    async flowOfNumber(number) {
      const found = await known(number);
      if (!found) return undefined;
      return (await flowOf(await flowNow(found, schedules))) ?? null;
    },
  };
  return (number) => route(number, lookup, flows);
}

/** A number whose schedule is gone is open: its callers are not to suffer for that. */
async function flowNow(
  { call_flow_id, schedule_id, closed_flow_id }: KnownNumber,
  schedules: SchedulesPort,
): Promise<string> {
  if (schedule_id === zeroId) return call_flow_id;
  const { open = true } = (await schedules.at(schedule_id, systemTime())) ?? {};
  return open ? call_flow_id : closed_flow_id;
}
