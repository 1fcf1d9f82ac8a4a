import { Bridge } from '../calls/bridge.ts';
import type { Call } from '../calls/call.ts';
import { type ConversationEnd, conversation } from '../calls/conversation.ts';
import { withHoldMusic } from '../calls/hold-music.ts';
import { zeroId } from '../core/clock.ts';
import { LifetimeEnded, messageOf } from '../core/errors.ts';
import { orAbort, whenAborted } from '../core/wait.ts';
import type { CallActionContext, Outcome } from '../flows/action.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { QueueJoining, QueuePlace } from '../ports/queues.ts';
import { AgentSearch } from './agent-search.ts';

const waitOver = new LifetimeEnded('an agent has answered, or the call leaves its queue');

/**
 * Lets a call wait in a queue, and talk with the agent who takes it; the flow goes on when either is over. The caller hears
 * the queue's wait flow until an agent has answered. Who leaves the queue at once has come to nobody: he is not answered. Where
 * this is done again after a kill, the call has its place, and its agent, still.
 */
export async function queueUp(
  context: CallActionContext,
  wanted: Pick<QueueJoining, 'queueId' | 'priority'>,
): Promise<Outcome> {
  const { call, ports, signal, variables } = context;
  const tell: QueueJoining['tell'] = (facts) => variables.note(facts);
  const answer = (): Promise<void> => call.answer(signal);
  const place = await ports.queues.join(
    call,
    { ...wanted, id: context.uuid('queuecall'), tell, answer },
    signal,
  );
  try {
    const search = new AgentSearch(context, place);
    if (place.isServed) {
      await talk(context, place, await search.whoHasIt());
      return { go: 'next' };
    }
    if (place.out.aborted) {
      search.giveUp();
      return { go: 'next' };
    }
    const found = await wait(context, place, search);
    if (found && 'leg' in found) await talk(context, place, found.leg);
    else if (found) return found.outcome;
    return { go: 'next' };
  } finally {
    place.leave(call.hangupSignal.aborted ? 'hangup' : 'flow', call.id);
  }
}

/** Resolves to the leg of the agent who has answered, or to where the wait flow has led; to nothing where the call is to leave. */
async function wait(
  context: CallActionContext,
  place: QueuePlace,
  search: AgentSearch,
): Promise<{ readonly leg: Call } | { readonly outcome: Outcome } | undefined> {
  const found = new AbortController();
  const leg = search.run().finally(() => found.abort(waitOver));
  leg.catch(() => undefined); // where the call is hung up, whatever runs meanwhile says so
  let outcome: Outcome | undefined;
  try {
    outcome = await passTime(context, place, found.signal);
  } finally {
    search.stop();
  }
  const answered = await leg;
  if (answered) return { leg: answered };
  return outcome && { outcome };
}

/** What the caller hears until then. */
async function passTime(
  context: CallActionContext,
  { waitFlowId }: QueuePlace,
  until: AbortSignal,
): Promise<Outcome | undefined> {
  const { call, signal } = context;
  const flow = waitFlowId === zeroId ? undefined : await waitFlow(context, waitFlowId);
  if (flow && flow.actions.length > 0) {
    const outcome = await context.repeat(flow.actions, until);
    if (!outcome) call.prompts.end(); // what it has begun beside itself ends with it
    return outcome;
  }
  await withHoldMusic(call, signal, () => whenAborted(until, signal));
  return undefined;
}

/** A caller without it hears music. */
async function waitFlow(
  { ports, signal, log }: CallActionContext,
  id: string,
): Promise<FlowToRun | undefined> {
  try {
    const flow = await orAbort(ports.flows.get(id), signal);
    if (!flow) log.warn({ flow: id }, 'wait_flow_missing');
    return flow;
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ flow: id, error: messageOf(error) }, 'wait_flow_not_read');
    return undefined;
  }
}

/** Without a leg they have talked, and the agent has gone meanwhile: the bridge is there still. */
async function talk(context: CallActionContext, place: QueuePlace, leg: Call | undefined): Promise<void> {
  const { call, id, scope, signal, variables } = context;
  if (leg) variables.note({ 'call.agent.dnis.number': leg.record.destination.target });
  await call.answer(signal);
  const bridge = await Bridge.open({ ari: call.ari, id: id('bridge'), scope });
  const until = scope.child({ until: place.out }).signal;
  try {
    let end: ConversationEnd = 'left';
    if (leg) end = await conversation(bridge, [call, leg], { signal: until, until: place.talksUntil });
    if (end === 'limit') {
      place.timeIsUp();
      leg?.hangup('timeout');
    }
    place.leave('agent', call.id);
  } catch (error) {
    signal.throwIfAborted();
    if (!until.aborted) throw error;
  } finally {
    leg?.hangupAsLeg(); // written down with the end of this action
  }
}
