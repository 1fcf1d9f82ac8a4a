import { Counter, type Registry } from 'prom-client';
import type { MessageRecord } from '../messages/message-record.ts';

/** Messages, and those that were not taken. */
export class MessageMetrics {
  readonly #made: Counter<'direction'>;
  readonly #refused: Counter<'code'>;

  constructor(registers: Registry[]) {
    this.#made = new Counter({
      registers,
      name: 'ariflow_messages_total',
      help: 'Messages that have come in, or were to be sent',
      labelNames: ['direction'],
    });
    this.#refused = new Counter({
      registers,
      name: 'ariflow_messages_refused_total',
      help: 'SIP MESSAGEs that were not taken',
      labelNames: ['code'],
    });
  }

  readonly made = ({ direction }: MessageRecord): void => this.#made.inc({ direction });

  readonly refused = (code: string): void => this.#refused.inc({ code });
}
