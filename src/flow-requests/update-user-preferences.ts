import { WebhookFailure } from '../flows/reading/webhook-failure.ts';
import type { InternalCall, InternalReply } from './internal-call.ts';

/** Phonon's `updateUserPreferences`: keeps the user variables of this flow with a number, and loads what is kept there. */
export async function updateUserPreferences(call: InternalCall): Promise<InternalReply> {
  const given = call.variables.get('user.syskey.contactNumber').replace(/\s/g, '');
  const number = given || call.otherParty;
  if (number === '')
    throw new WebhookFailure(
      'INVALID_FLOW_VAR',
      'user.syskey.contactNumber has no value, and there is no call',
    );
  if (number.length > 255)
    throw new WebhookFailure('INVALID_REQUEST', 'user.syskey.contactNumber is too long');
  await call.user.become(number);
  return { status: 200, body: {}, set: [] };
}
