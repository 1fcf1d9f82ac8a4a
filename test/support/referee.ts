import type { Dialog } from './dialog.ts';
import type { ServerTransaction } from './server-transactions.ts';
import { respondTo, type SipRequest } from './sip-message.ts';

/** What a phone does when it is asked to call somewhere else. */
export interface RefereeOptions {
  /** The answer to the REFER. */
  readonly status?: number;
  /** What it says of the call it then makes: the status lines of its NOTIFYs; none where missing. */
  readonly notifies?: readonly string[];
}

/** A phone that is asked to call somewhere else, and says what came of it. */
export class Referee {
  /** The REFERs that came, oldest first. */
  readonly referrals: SipRequest[] = [];
  readonly #options: RefereeOptions;

  constructor({ status = 202, notifies = [] }: RefereeOptions = {}) {
    this.#options = { status, notifies };
  }

  answer(dialog: Dialog, request: SipRequest, transaction: ServerTransaction): void {
    const { status = 202, notifies = [] } = this.#options;
    this.referrals.push(request);
    transaction.respond(respondTo(request, status, { headers: { Contact: `<${dialog.contact}>` } }));
    if (status < 300) void this.notify(dialog, notifies);
  }

  /** Says what comes of it. */
  async notify(dialog: Dialog, lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const isLast = !line.includes(' 100 ') && !line.includes(' 18');
      await dialog.request('NOTIFY', {
        headers: {
          Event: 'refer',
          'Subscription-State': isLast ? 'terminated;reason=noresource' : 'active;expires=2',
        },
        body: `${line}\r\n`,
        contentType: 'message/sipfrag;version=2.0',
      });
    }
  }
}
