import { WebhookFailure } from '../flows/reading/webhook-failure.ts';
import type { InternalCall, InternalReply } from './internal-call.ts';

/** Fewer digits than this are no telephone's. */
const fewestDigits = 3;

/** Phonon's `updatePauseStatusForCLI`: an agent takes a break, or comes back from it. */
export async function updatePauseStatus({ variables, ports }: InternalCall): Promise<InternalReply> {
  const pause = variables.get('flow.key.pause').trim().toLowerCase();
  const digits = variables.get('flow.key.cli').replace(/\D/g, '');
  if (pause !== 'true' && pause !== 'false')
    throw new WebhookFailure('INVALID_FLOW_VAR', 'flow.key.pause must be true or false');
  if (digits.length < fewestDigits)
    throw new WebhookFailure('INVALID_FLOW_VAR', 'flow.key.cli must be a telephone number');
  const isDone = await ports.agents.setPaused(digits, pause === 'true');
  return {
    status: isDone ? 200 : 404,
    body: isDone ? {} : { message: 'there is not exactly one agent with this number' },
    set: [['flow.key.cli_pause_update', String(isDone)]],
  };
}
