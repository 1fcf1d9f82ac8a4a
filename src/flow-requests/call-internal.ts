import { createOutbound } from './create-outbound.ts';
import type { InternalCall, InternalReply } from './internal-call.ts';
import { shortUrl } from './short-url.ts';
import { updatePauseStatus } from './update-pause-status.ts';
import { updateUserPreferences } from './update-user-preferences.ts';
import type { InternalName } from './webhook-option.ts';

/** Does what the internal webhook of that name does. @throws WebhookFailure `INVALID_FLOW_VAR` */
export function callInternal(name: InternalName, call: InternalCall): Promise<InternalReply> {
  switch (name) {
    case 'internal:createOutbound':
      return createOutbound(call);
    case 'internal:shortURL':
      return shortUrl(call);
    case 'internal:updateUserPreferences':
      return updateUserPreferences(call);
    case 'internal:updatePauseStatusForCLI':
      return updatePauseStatus(call);
    default:
      return name satisfies never;
  }
}
