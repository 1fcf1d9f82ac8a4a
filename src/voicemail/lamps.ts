import type { Ari } from '../ari/ari.ts';
import { now } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import type { MailboxRecord } from './mailbox-record.ts';
import type { VoicemailRecord } from './voicemail-record.ts';

export interface LampsOptions {
  readonly ari: Pick<Ari, 'config' | 'originate' | 'own' | 'id'>;
  /** Every mailbox. */
  readonly mailboxes: () => Promise<readonly MailboxRecord[]>;
  /** What is in one. */
  readonly inside: (mailboxId: string) => Promise<readonly VoicemailRecord[]>;
  readonly log: Pick<Log, 'info'>;
  readonly scope: Scope;
}

/** A global variable that our `extensions.conf` sets: it has the context that tells of a mailbox. */
const mark = 'ARIFLOW_LAMPS';

/** It runs in the dialplan, is never answered, and ends there. */
const teller = 'Local/s@ariflow-lamp/n';

/** Instead of a mailbox. */
const all = '';

/** How long that takes at most, in milliseconds. */
const patience = 2_000;

/**
 * The lamps of phones whose mailboxes have something new (message-waiting indication). Asterisk tells whoever has subscribed to a mailbox
 * what is in it; what that is only its dialplan can say.
 */
export class Lamps {
  readonly #options: LampsOptions;
  /** The mailboxes to be told of next: however many changes there are, each is told of once at a time. */
  readonly #due = new Set<string>();
  #isTelling = false;
  /** By phone: what Asterisk was told last. */
  readonly #told = new Map<string, string>();
  /** Whether it has our dialplan; not known until there is something to be told. */
  #isOurs: boolean | undefined;
  #count = 0;

  constructor(options: LampsOptions) {
    this.#options = options;
  }

  /** With every connection: what Asterisk knew it may have forgotten. */
  connected(): void {
    this.#isOurs = undefined;
    this.#told.clear();
    this.changed();
  }

  /** After a change of what is in a mailbox; where none is named, of whose they are. */
  changed(mailboxId = all): void {
    this.#due.add(mailboxId);
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#options.scope.spawn('lamps', (signal) => this.#tellDue(signal));
  }

  async #tellDue(signal: AbortSignal): Promise<void> {
    while (this.#due.size > 0) {
      const due = new Set(this.#due);
      this.#due.clear();
      try {
        await this.#tellAll(signal, due);
      } catch (error) {
        signal.throwIfAborted();
        // With the next connection all of them are.
        this.#options.log.info({ problem: messageOf(error) }, 'lamps_not_set');
      }
    }
    this.#isTelling = false;
  }

  async #tellAll(signal: AbortSignal, due: ReadonlySet<string>): Promise<void> {
    const boxes = (await this.#options.mailboxes()).filter(({ extension }) => extension !== '');
    if (boxes.length + this.#told.size === 0) return;
    this.#isOurs ??= (await this.#options.ari.config.global(mark, signal)) !== '';
    if (!this.#isOurs) return;
    const wanted = new Map(boxes.map(({ extension, id }) => [extension, id]));
    for (const phone of [...this.#told.keys()].filter((one) => !wanted.has(one)))
      await this.#tell(phone, [], signal);
    for (const [phone, id] of wanted)
      if (due.has(all) || due.has(id)) await this.#tell(phone, await this.#options.inside(id), signal);
  }

  /** `0,<new>,<saved>`, without any that are urgent. */
  async #tell(phone: string, inside: readonly VoicemailRecord[], signal: AbortSignal): Promise<void> {
    const count = (wanted: VoicemailRecord['status']): number =>
      inside.filter(({ status }) => status === wanted).length;
    const told = `0,${count('new')},${count('saved')}`;
    // What an Asterisk was told by a daemon that died nobody knows: also that there is nothing is told once.
    if (this.#told.get(phone) === told) return;
    const { ari } = this.#options;
    const channelId = ari.id('lamp', phone, ++this.#count, Math.round(now()));
    const over = Promise.withResolvers<void>();
    using _ = ari.own(`channel:${channelId}`, {
      deliver: ({ type }) => {
        if (type === 'ChannelDestroyed') over.resolve();
      },
    });
    const variables = { ARIFLOW_LAMP: `${phone}@ariflow,${told}` };
    await ari.originate({ channelId, endpoint: teller, variables }, signal);
    await within(over.promise, patience, signal);
    this.#told.set(phone, told);
  }
}
