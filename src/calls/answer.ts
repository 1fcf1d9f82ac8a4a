import type { Ari } from '../ari/ari.ts';
import { ActionError } from '../core/errors.ts';
import { orAbort, within } from '../core/wait.ts';
import type { Party } from './bridge.ts';
import type { CallRecord } from './call-record.ts';
import type { PromptLine } from './prompt-line.ts';
import type { Referral } from './referral.ts';
import type { StreamSource } from './stream-source.ts';

/** How long Asterisk may take to do what it has accepted. */
const patience = 5_000;

interface Answerable {
  readonly ari: Ari;
  readonly isUp: boolean;
  readonly whenUp: Promise<void>;
  readonly record: Pick<CallRecord, 'direction'>;
  readonly referral: Referral;
  readonly incoming: { readonly source: Pick<StreamSource, 'begun'> };
  readonly prompts: PromptLine;
}

/** Answers a call, unless it is up already, behind what it hears before that: its flow takes it. @throws ActionError `ANSWER_FAILED` */
export async function answer(call: Party & Answerable, signal: AbortSignal): Promise<void> {
  await bringUp(call, signal);
  call.referral.trial?.taken();
}

/** Answers a call that is to talk with somebody at once: what it hears before the answer is ended. @throws ActionError `ANSWER_FAILED` */
export async function answerToTalk(call: Party & Answerable, signal: AbortSignal): Promise<void> {
  if (!call.isUp) call.prompts.end();
  await answer(call, signal);
}

async function bringUp(call: Party & Answerable, signal: AbortSignal): Promise<void> {
  if (call.isUp) return;
  // Whom we have called answers himself; the time he may ring is bounded.
  if (call.record.direction === 'outgoing') {
    await orAbort(call.whenUp, signal);
    return call.incoming.source.begun(signal);
  }
  // Asterisk would do so before it answers, however long that takes.
  if (call.prompts.length > 0) await call.prompts.whenHeard(signal);
  using up = call.expect('ChannelStateChange', ({ channel }) => channel.state === 'Up', signal);
  try {
    await call.ari.answer(call.channelId, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('ANSWER_FAILED', 'the call cannot be answered', { cause });
  }
  // The news may have been lost with the connection, and found by reconciling.
  if (!(await within(up.event, patience)) && !call.isUp)
    throw new ActionError('ANSWER_FAILED', 'the channel did not come up');
  await call.incoming.source.begun(signal);
}
