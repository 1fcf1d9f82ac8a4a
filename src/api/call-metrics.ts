import { Counter, type Registry } from 'prom-client';
import type { CallRecord } from '../calls/call-record.ts';
import { sipReason } from '../calls/sip-reason.ts';

/** How calls have ended. */
export class CallMetrics {
  readonly #ended: Counter<'direction' | 'result' | 'sip_code'>;
  readonly #refused: Counter<'reason' | 'recorded'>;

  constructor(registers: Registry[]) {
    this.#ended = new Counter({
      registers,
      name: 'ariflow_calls_total',
      help: 'Calls that have ended, by hangup_reason and by the SIP response that refused them',
      labelNames: ['direction', 'result', 'sip_code'],
    });
    this.#refused = new Counter({
      registers,
      name: 'ariflow_calls_refused_total',
      help: 'Incoming calls that no flow took; those that are not recorded are in no other figure',
      labelNames: ['reason', 'recorded'],
    });
  }

  readonly ended = ({ direction, hangup_reason: result, sip_code }: CallRecord): void => {
    this.#ended.inc({ direction, result, sip_code: codeLabel(sip_code) });
  };

  readonly refused = (reason: string, isRecorded: boolean): void => {
    this.#refused.inc({ reason, recorded: String(isRecorded) });
  };
}

/** A far end may send any code there is: those without words of the standard's are counted by their class. */
function codeLabel(sipCode: number): string {
  return sipCode === 0 || sipReason(sipCode) !== '' ? String(sipCode) : `${Math.floor(sipCode / 100)}xx`;
}
