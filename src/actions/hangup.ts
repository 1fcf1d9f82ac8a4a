import * as z from 'zod';
import { causeOfSip, hangupActionReasons } from '../calls/hangup-cause.ts';
import { cut } from '../calls/one-line.ts';
import { reasonOfResponse } from '../calls/refusal.ts';
import { dismiss } from '../calls/trial.ts';
import { defineAction } from '../flows/action.ts';
import { fixedText, listIn, objectIn } from '../flows/written.ts';
import { headersOf, sipHeaders } from '../outgoing/outgoing-options.ts';
import { causeIn } from '../outgoing/reason-header.ts';

const option = z.strictObject({
  reason: z
    .enum(hangupActionReasons)
    .optional()
    .describe(
      'what the record says, and the other side is told: before the answer `busy` 486, `noanswer` 480, `failed` 503, else 603; `normal` where missing, with `code` what that means',
    ),
  code: z
    .int()
    .min(400)
    .max(699)
    .optional()
    .meta({
      description:
        'the SIP response for a caller who was not answered; after the answer the cause of the BYE',
      examples: [404],
    }),
  reason_phrase: z
    .string()
    .overwrite(cut(128))
    .max(128)
    .default('')
    .meta({
      description: "the words of `code` for the record; Asterisk sends the standard's",
      examples: ['No such clinic'],
    }),
  headers: sipHeaders.describe(
    '`Reason` with `Q.850;cause=1` to `127` is sent; Asterisk sends no other one with a response or a BYE',
  ),
});

export default defineAction({
  type: 'hangup',
  summary:
    'Hangs up: before the answer with the SIP response of `code` or `reason`, after it with a BYE that gives the cause.',
  needs: 'call',
  option,
  example: { reason: 'busy' },
  goesOn: () => false,

  warnings({ code, reason_phrase, headers }) {
    const unsent = listIn(headers).flatMap((header, index) => {
      const { name, value } = objectIn(header);
      const isSent = causeIn({ [String(name)]: fixedText(value) }) !== undefined || isOpen(name, value);
      return isSent
        ? []
        : [{ path: `headers[${index}]`, message: 'Asterisk sends no such header when it hangs up' }];
    });
    if (!reason_phrase || code !== undefined) return unsent;
    return [...unsent, { path: 'reason_phrase', message: 'without a code there is no response to describe' }];
  },

  run({ call, log }, { reason, code, reason_phrase: phrase, headers }) {
    const told = causeIn(headersOf(headers));
    const unsent = headers.length - (told === undefined ? 0 : 1);
    if (unsent > 0) log.warn({ headers: unsent }, 'headers_not_sent');
    if (code === undefined) dismiss(call, reason ?? 'normal', told);
    else dismiss(call, reason ?? reasonOfResponse(code), told ?? causeOfSip(code), { code, phrase });
    return { go: 'finish' };
  },
});

/** A `Reason` whose value is known only later. */
function isOpen(name: unknown, value: unknown): boolean {
  return String(name).toLowerCase() === 'reason' && String(value).includes('${');
}
