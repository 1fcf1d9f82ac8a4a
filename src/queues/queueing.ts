import * as z from 'zod';
import { Bridge } from '../calls/bridge.ts';
import type { Call } from '../calls/call.ts';
import { type ConversationEnd, conversation } from '../calls/conversation.ts';
import { withHoldMusic } from '../calls/hold-music.ts';
import { zeroId } from '../core/clock.ts';
import { LifetimeEnded, messageOf } from '../core/errors.ts';
import { orAbort, whenAborted } from '../core/wait.ts';
import type { CallActionContext, Outcome } from '../flows/action.ts';
import { tellFailure } from '../flows/failure.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import { musicOf } from '../ports/music.ts';
import type { QueueJoining, QueuePlace } from '../ports/queues.ts';
import { AgentSearch } from './agent-search.ts';
import { announce, sayNow } from './announcing.ts';
import { offerCallback } from './callback-offer.ts';
import { OutOfQueue } from './out-of-queue.ts';

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
  const id = context.uuid('queuecall');
  // Before a kill it may have been there: nobody waits in the same place twice.
  if (context.left(z.unknown()) !== undefined && (await ports.queues.hasLeft(id, signal)))
    return { go: 'next' };
  const place = await ports.queues.join(call, { ...wanted, id, tell, answer }, signal);
  const { out } = place;
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
    else if (isToBeCalledBack(out)) await confirm(context, place);
    return { go: 'next' };
  } finally {
    place.leave(call.hangupSignal.aborted ? 'hangup' : 'flow', call.id);
  }
}

function isToBeCalledBack({ reason }: AbortSignal): boolean {
  return reason instanceof OutOfQueue && reason.why === 'callback';
}

/** He may hang up, or hear it. */
async function confirm(context: CallActionContext, place: QueuePlace): Promise<void> {
  const { callback, announcements } = place.queue;
  try {
    await sayNow(context, { written: callback.accepted, announcements }, context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    tellFailure(context, error, 'callback: ');
  }
}

/** Resolves to the leg of the agent who has answered, or to where the wait flow has led; to nothing where the call is to leave. */
async function wait(
  context: CallActionContext,
  place: QueuePlace,
  search: AgentSearch,
): Promise<{ readonly leg: Call } | { readonly outcome: Outcome } | undefined> {
  const leg = search.run();
  leg.catch(() => undefined); // where the call is hung up, whatever runs meanwhile says so
  let outcome: Outcome | undefined;
  try {
    outcome = await passTime(context, place, search.over);
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
  place: QueuePlace,
  until: AbortSignal,
): Promise<Outcome | undefined> {
  const { announcements, callback } = place.queue;
  if (announcements.interval === 0 && callback.key === '') return hear(context, place, until);
  const telling = context.scope.child({ until });
  telling.spawn('announcements', (signal) => announce(context, announcements, signal));
  telling.spawn('callback', (signal) => offerCallback(context, place.queue, signal));
  try {
    return await hear(context, place, until);
  } finally {
    await telling.close(waitOver);
  }
}

async function hear(
  context: CallActionContext,
  { queue: { wait_flow_id, music } }: QueuePlace,
  until: AbortSignal,
): Promise<Outcome | undefined> {
  const { call, signal } = context;
  const flow = wait_flow_id === zeroId ? undefined : await waitFlow(context, wait_flow_id);
  if (flow && flow.actions.length > 0) {
    const outcome = await context.repeat(flow.actions, until);
    if (!outcome) call.prompts.end(); // what it has begun beside itself ends with it
    return outcome;
  }
  const waiting = { music: musicOf(context.ports, music), signal };
  await withHoldMusic(call, waiting, () => whenAborted(until, signal));
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
  const { call, id, ports, scope, signal, variables } = context;
  if (leg) variables.note({ 'call.agent.dnis.number': leg.record.destination.target });
  await call.answer(signal);
  const bridge = await Bridge.open({ ari: call.ari, id: id('bridge'), scope });
  const until = scope.child({ until: place.out }).signal;
  try {
    let end: ConversationEnd = 'left';
    const music = musicOf(ports, place.queue.music);
    if (leg) end = await conversation(bridge, [call, leg], { signal: until, until: place.talksUntil, music });
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
