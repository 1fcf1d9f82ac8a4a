import { neverTime, now, nowMicros, wireTime } from '../core/clock.ts';
import { ActionError, AriflowError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort, within } from '../core/wait.ts';
import type { Answer, MessagesPort, OutgoingMessage } from '../ports/messages.ts';
import type { Carriers } from './carriers.ts';
import type { Conversations } from './conversations.ts';
import { Delivery } from './delivery.ts';
import { InTurn } from './in-turn.ts';
import {
  isSettled,
  type MessageEventType,
  type MessageRecord,
  type MessageTarget,
  withTarget,
} from './message-record.ts';
import type { MessageState } from './message-state.ts';
import { isFurther, type StatusReport, targetOf } from './status-report.ts';

export interface MessagesOptions {
  readonly customerId: string;
  readonly carriers: Carriers;
  readonly conversations: Conversations;
  /** Between the tries, in milliseconds. */
  readonly pauses: readonly number[];
  /** Whether the gateway tells what has become of an SMS it has taken. */
  readonly isReported: boolean;
  /** The latest form of a message, stored or not. */
  readonly find: (id: string) => Promise<MessageRecord | undefined>;
  readonly onChange: (
    record: MessageRecord,
    state: MessageState | undefined,
    type?: MessageEventType,
  ) => void;
  /** Resolves when all that is known of a message is committed: to false where the store does not take it. */
  readonly written: (id: string, signal: AbortSignal) => Promise<boolean>;
  readonly log: Log;
  /** Its end gives up what is under way, for the next start. */
  readonly scope: Scope;
}

/** As many may wait to be sent; each is a few kilobytes in memory. */
const mostWaiting = 10_000;
/** How long a message waits to be written down. */
const writePatience = 5_000;
/** A start first connects to Asterisk. */
const startPause = 1_000;
/** How long an action waits for a message to arrive. */
const arrivalPatience = 30_000;

/** Every message that goes out: stored before it is sent, and sent whatever becomes of who asked for it. */
export class Messages implements MessagesPort {
  readonly #options: MessagesOptions;
  readonly #scope: Scope;
  /** Those that are not settled. */
  readonly #live = new Map<string, Delivery>();
  readonly #turns = new InTurn();
  readonly #changes = new InTurn();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();
  /** Those who wait for what becomes of a message. */
  readonly #watchers = new Map<string, (record: MessageRecord) => void>();

  constructor(options: MessagesOptions) {
    this.#options = options;
    this.#scope = options.scope.child();
  }

  /** How many wait to be sent, or to be sent again. */
  get waiting(): number {
    return this.#live.size;
  }

  /** Goes on with what an earlier start has left. */
  resume(
    left: readonly { readonly record: MessageRecord; readonly state: MessageState | undefined }[],
  ): void {
    for (const { record, state } of left) {
      const due = record.targets.map((_, index) => Math.max(state?.due[index] ?? 0, now() + startPause));
      this.#deliver(record, { tries: state?.tries ?? [], due }).start();
    }
  }

  /** @throws ActionError */
  async send(message: OutgoingMessage): Promise<MessageRecord> {
    await this.#options.carriers.checkSource(message.source);
    return this.#send(message);
  }

  async #send({ id, source, destinations, text }: OutgoingMessage): Promise<MessageRecord> {
    const { carriers, conversations, customerId } = this.#options;
    if (this.#stop.signal.aborted) throw new ActionError('SHUTTING_DOWN', 'no more messages are sent');
    if (this.#live.size >= mostWaiting)
      throw new ActionError('TOO_MANY_MESSAGES', `${mostWaiting} messages wait to be sent`);
    const addresses = (
      await Promise.all(destinations.map((each) => carriers.addressesOf(each, source)))
    ).flat();
    if (addresses.length === 0) throw new ActionError('NO_ADDRESS', 'there is no address to write to');
    const noting = await Promise.all(addresses.map((each) => conversations.between(source, each)));
    const known = await this.#options.find(id);
    if (known) return known;
    const tm_create = wireTime(nowMicros());
    const delivery = this.#deliver({
      ...{ id, customer_id: customerId, type: 'sms', source },
      targets: addresses.map((destination, index) => ({
        ...{ destination, status: 'queued', conversation_id: noting[index]?.() ?? '' },
        ...{ reason: '', tm_update: tm_create },
      })),
      ...{ text, medias: [], direction: 'outbound', tm_create, tm_update: tm_create, tm_delete: neverTime },
    });
    this.#options.onChange(delivery.record, delivery.state, 'message_created');
    await this.#written(delivery);
    delivery.start();
    return delivery.record;
  }

  /** @throws ActionError */
  async answer({ conversationId, id, text }: Answer): Promise<MessageRecord> {
    const conversation = await this.#options.conversations.get(conversationId);
    if (!conversation) throw new ActionError('NOT_FOUND', 'there is no such conversation');
    const { source, destination } = conversation;
    await this.#options.carriers.checkAnswering(source);
    return this.#send({ id, source, destinations: [destination], text });
  }

  async arrived(id: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<MessageTarget>();
    const look = ({ targets: [target] }: MessageRecord): void => {
      if (target && this.#isAllThatIsTold(target)) resolve(target);
    };
    this.#watchers.set(id, look);
    try {
      const record = await orAbort(this.#options.find(id), signal);
      if (record) look(record);
      const target = await within(promise, arrivalPatience, signal);
      if (!target) throw new ActionError('TIMEOUT', 'the message has not arrived in time');
      if (target.status === 'failed')
        throw new ActionError('MESSAGE_FAILED', `the message could not be delivered: ${target.reason}`);
    } finally {
      this.#watchers.delete(id);
    }
  }

  /** What the gateway says has become of a message. @throws AriflowError `NOT_FOUND`, `CONFLICT`, `INVALID_ARGUMENT` */
  report(id: string, report: StatusReport): Promise<MessageRecord> {
    // Of several targets it may tell at once: each report is for the message as the one before it has left it.
    return this.#changes.run(id, () => this.#learn(id, report));
  }

  async #learn(id: string, report: StatusReport): Promise<MessageRecord> {
    const record = await this.get(id);
    const index = targetOf(record, report);
    const { status, reason } = report;
    if (!isFurther(record.targets[index]?.status, status)) return record;
    const delivery = this.#live.get(id);
    if (delivery) {
      delivery.learn(index, { status, reason });
      return delivery.record;
    }
    this.#refuseOthers(record);
    const known = withTarget(record, index, { status, reason }, wireTime(nowMicros()));
    this.#changed(known, undefined, 'message_updated');
    return known;
  }

  /** @throws AriflowError `NOT_FOUND` */
  async get(id: string): Promise<MessageRecord> {
    const record = this.#live.get(id)?.record ?? (await this.#options.find(id));
    if (record?.tm_delete !== neverTime) throw new AriflowError('NOT_FOUND', 'no such message');
    return record;
  }

  /** Deletes a message; what of it was not sent is not sent any more. @throws AriflowError `NOT_FOUND`, `CONFLICT` */
  delete(id: string): Promise<MessageRecord> {
    return this.#changes.run(id, () => this.#delete(id));
  }

  async #delete(id: string): Promise<MessageRecord> {
    const record = await this.get(id);
    const delivery = this.#live.get(id);
    if (!delivery) this.#refuseOthers(record);
    const tm_delete = wireTime(nowMicros());
    const deleted = { ...record, tm_update: tm_delete, tm_delete };
    delivery?.end(deleted);
    this.#live.delete(id);
    this.#changed(deleted, undefined, 'message_deleted');
    return deleted;
  }

  /** Begins no more tries, and lets those under way end, for so long; what is left is for the next start. */
  async close(drain: number): Promise<void> {
    this.#stop.abort();
    await within(Promise.allSettled(this.#underWay), drain);
    await this.#scope.close();
  }

  #deliver(record: MessageRecord, state?: MessageState): Delivery {
    const delivery = new Delivery({
      ...{ record, state, scope: this.#scope, stopping: this.#stop.signal },
      pauses: this.#options.pauses,
      carry: (parcel, signal) =>
        this.#turns.run(parcel.destination.target, async () => {
          if (this.#stop.signal.aborted || signal.aborted) return undefined;
          return this.#counted(this.#options.carriers.carry(parcel, signal));
        }),
      onChange: (changed, left, isNews) => {
        if (isSettled(changed)) this.#live.delete(changed.id);
        this.#changed(changed, left, isNews ? 'message_updated' : undefined);
      },
    });
    this.#live.set(record.id, delivery);
    return delivery;
  }

  async #counted<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  #changed(record: MessageRecord, state: MessageState | undefined, type?: MessageEventType): void {
    this.#options.onChange(record, state, type);
    this.#watchers.get(record.id)?.(record);
    if (type !== 'message_updated') return;
    const statuses = record.targets.map(({ status, reason }) =>
      reason === '' ? status : `${status} ${reason}`,
    );
    this.#options.log.info({ message: record.id, statuses }, 'message_updated');
  }

  /** What could not be written down is not sent: not by a later start either. */
  async #written({ record }: Delivery): Promise<void> {
    const { written } = this.#options;
    const isWritten = await within(written(record.id, this.#scope.signal), writePatience).catch(() => false);
    if (isWritten) return;
    this.#live.delete(record.id);
    const lost = record.targets.map(
      (target) => ({ ...target, status: 'failed', reason: 'not_stored' }) as const,
    );
    this.#changed({ ...record, targets: lost }, undefined, 'message_updated');
    throw new ActionError('STORE_FAILED', 'the message could not be stored');
  }

  /** Whatever is still being tried, and not here, another daemon would write over. */
  #refuseOthers(record: MessageRecord): void {
    if (!isSettled(record))
      throw new AriflowError('CONFLICT', 'another daemon is sending the message; try again later');
  }

  #isAllThatIsTold({ status, destination }: MessageTarget): boolean {
    if (status === 'queued') return false;
    return status !== 'sent' || destination.type !== 'tel' || !this.#options.isReported;
  }
}
