import { soundNameIn } from '../../calls/media-uri.ts';
import { unseen } from '../../core/unseen.ts';
import type { ActionCatalogue } from '../../flows/load-actions.ts';
import type { FlowToRun } from '../../ports/flow-to-run.ts';
import type { Installation } from '../installation.ts';
import { simulate } from '../simulation.ts';
import type { Limits, Simulated } from '../simulation-options.ts';
import type { Step } from '../steps.ts';
import { type NameOf, namesIn } from './action-names.ts';
import { type Compared, compared } from './comparison.ts';
import { type AnsweredCall, type Met, type RecordedCall, recordedCall } from './recorded-call.ts';
import { RecordedCaller } from './recorded-caller.ts';
import { withRecordedFailures } from './recorded-failures.ts';
import { recordedParties } from './recorded-parties.ts';
import { recordedServers } from './recorded-servers.ts';

export interface ReplayOptions {
  readonly catalogue: ActionCatalogue;
  readonly answered: AnsweredCall;
  /** What runs: what ran then, or another one. */
  readonly flow: FlowToRun;
  /** What else there is; nothing unless given. */
  readonly installation?: Installation | undefined;
  /** Keys in the place of those that were not kept, a group for each input. */
  readonly digits?: readonly string[] | undefined;
  readonly limits?: Limits | undefined;
}

/** A call that was met once more. */
export interface Replayed {
  readonly call_id: string;
  /** Whether it has gone as it did. */
  readonly is_same: boolean;
  /** As it was and as it is, step by step. */
  readonly steps: readonly Compared[];
  /** What could not be known, each once. */
  readonly assumed: readonly string[];
  readonly ended: Simulated['ended'];
}

/** Runs a flow with the caller of a recorded call, and with those whom that has asked. @throws Error where the call is not one to be met again */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { catalogue, answered, flow, installation, digits = [], limits } = options;
  const call = recordedCall(answered);
  const unknown = new Set<string>();
  if (call.isCut) unknown.add('there was more than is kept of the call');
  const nameOf = namesIn(flow, call);
  const caller = new RecordedCaller(call, {
    ...{ digits, nameOf },
    onUnknown: (what) => unknown.add(what),
  });
  const simulated = await simulate({
    ...{ catalogue: withRecordedFailures(catalogue, call, nameOf), flow, installation, limits },
    ...{ from: call.from, number: call.number, at: call.began },
    variables: firstVariables(call, (what) => unknown.add(what)),
    caller: caller.react,
    hangsUp: caller.hangsUp,
    parties: recordedParties(answered),
    sounds: soundsIn(call),
    webhooks: recordedServers(call, (what) => unknown.add(what)),
  });
  const steps = compared(recordedSteps(call, nameOf), simulatedSteps(simulated.steps, nameOf));
  for (const step of simulated.steps) if (step.kind === 'assumed') unknown.add(withoutQuery(step.what));
  return {
    call_id: call.id,
    is_same: steps.every(({ was, is }) => was === is),
    steps,
    assumed: [...unknown],
    ended: simulated.ended,
  };
}

/** Those that were played, or were not there: their actions have failed. */
function soundsIn({ met }: RecordedCall): ReadonlySet<string> {
  const played = met.filter(({ type }) => type === 'playback');
  return new Set(played.flatMap(({ what }) => soundNameIn(what) ?? []));
}

/** What its flow began with that was not the daemon's to say. */
function firstVariables(
  { met }: RecordedCall,
  onUnknown: (what: string) => void,
): Readonly<Record<string, string>> {
  const first = met.find(({ type, step }) => type === 'variables' && step === 0);
  const set = (first?.data.set ?? []).filter(({ name }) => !/^voipbin\./.test(name));
  for (const { name, after } of set) if (after === unseen) onUnknown(`the variable ${name} was not kept`);
  return Object.fromEntries(
    set.filter(({ after }) => after !== unseen).map(({ name, after }) => [name, after]),
  );
}

function recordedSteps({ met, isInterrupted }: RecordedCall, nameOf: NameOf): readonly string[] {
  const steps = met.flatMap((one): string[] => {
    if (one.type === 'action') return [actionText({ id: one.id, type: one.what }, nameOf, one.data.code)];
    if (one.type === 'failure') return [`failed ${one.what}: ${one.data.code}`];
    if (one.type === 'request') return [requestText(one)];
    return [];
  });
  return [...steps, isInterrupted ? 'hung up by the caller' : 'hung up by the flow'];
}

function requestText({ what, data }: Met): string {
  return askedText(what, data.url ?? '', data.status ?? 0);
}

/** Of the caller's own flow; an action that runs others in it is told again when it goes on. */
function simulatedSteps(steps: readonly Step[], nameOf: NameOf): readonly string[] {
  const own = steps.find((step) => step.kind === 'action')?.activeflow;
  const told: { text: string; readonly id: string }[] = [];
  const open = new Set<string>();
  for (const step of steps.filter(isLastTry)) {
    if (step.kind === 'action' && step.activeflow === own && !open.has(step.id)) {
      open.add(step.id);
      told.push({ text: actionText(step, nameOf), id: step.id });
    }
    if (step.kind === 'way') open.delete(step.id);
    if (step.kind === 'failed') fail(told, step, { open, nameOf });
    // Of what nobody waited for nothing is kept.
    if (step.kind === 'request' && step.isAwaited)
      told.push({ text: askedText(step.method, step.url, step.status), id: '' });
    if (step.kind === 'hungup') told.push({ text: `hung up by the ${step.by}`, id: '' });
  }
  return told.map(({ text }) => text);
}

/** Of the tries of a request the last one is told. */
function isLastTry(step: Step, index: number, steps: readonly Step[]): boolean {
  if (step.kind !== 'request') return true;
  const { method, url, body } = step;
  for (const next of steps.slice(index + 1)) {
    if (next.kind === 'request' && next.method === method && next.url === url && next.body === body)
      return false;
    if (next.kind === 'action' || next.kind === 'request') return true;
  }
  return true;
}

/** The action that is under way has failed, or one that could not begin. */
function fail(
  told: { text: string; readonly id: string }[],
  { id, type, code }: Extract<Step, { kind: 'failed' }>,
  { open, nameOf }: { readonly open: ReadonlySet<string>; readonly nameOf: NameOf },
): void {
  const last = told.findLast((one) => one.id !== '');
  const action = open.has(id) ? told.findLast((one) => one.id === id) : last;
  if (action?.id === id) action.text = actionText({ id, type }, nameOf, code);
  else told.push({ text: `failed ${type}: ${code}`, id });
}

function actionText(
  action: { readonly id: string; readonly type: string },
  nameOf: NameOf,
  code?: string,
): string {
  const { type } = action;
  const name = nameOf(action);
  return `${type}${name === type ? '' : ` ${name}`}${code === undefined ? '' : ` failed: ${code}`}`;
}

/** Queries are not kept whole. */
function askedText(method: string, url: string, status: number): string {
  return `${method} ${withoutQuery(url)}: ${status === 0 ? 'no reply' : status}`;
}

function withoutQuery(url: string): string {
  return url.replace(/[?#]\S*/, '');
}
