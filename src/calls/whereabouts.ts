import type { Channel } from '../ari/events.gen.ts';
import { within } from '../core/wait.ts';
import type { Dialled } from './dialled.ts';

/** The channels that Asterisk has, by their ids. */
export type Channels = ReadonlyMap<string, Channel>;

/** Resolves when what was told of a call is in the store: to false where that does not take it. */
export type Written = (signal: AbortSignal) => Promise<boolean>;

/** How long a call that is about to leave, or to be made, waits for the store, in milliseconds. */
const writePatience = 5_000;

/** Where a call is: which channel is its, whether that is there, and whether it is with us. */
export class Whereabouts {
  /** How it is being made, where it is, or was. */
  dialled: Dialled | undefined;
  #channelId: string;
  #isMade: boolean;
  readonly #onChange: () => void;
  readonly #written: Written;
  #isElsewhere = false;
  #isOnErrand = false;
  #look: ((channels: Channels) => void) | undefined;

  /** `onChange` hears whenever it is elsewhere than before. */
  constructor(
    channelId: string,
    isMade: boolean,
    onChange: () => void = () => undefined,
    written: Written = async () => true,
  ) {
    this.#onChange = onChange;
    this.#written = written;
    this.#channelId = channelId;
    this.#isMade = isMade;
  }

  /** The channel it has; of several that ring for it one, and the one that is answered from then on. */
  get channelId(): string {
    return this.#channelId;
  }

  /** Whether there is, or has been, a channel: of an outgoing call there is none at first. */
  get isMade(): boolean {
    return this.#isMade;
  }

  /** Whether it is in the dialplan; back from there, until something has been begun with it. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }

  moveTo(channelId: string, isMade: boolean): void {
    this.#channelId = channelId;
    this.#isMade = isMade;
    this.#onChange();
  }

  /** Something has been told of its channel. */
  made(): void {
    this.#isMade = true;
  }

  /** Calls back once, when it is known what Asterisk has after a start, and before the call is compared with that. */
  onFound(look: (channels: Channels) => void): void {
    this.#look = look;
  }

  found(channels: Channels): void {
    this.#look?.(channels);
    this.#look = undefined;
  }

  /** Whether it is in the dialplan for an action of its flow, and is to come back to that. */
  get isOnErrand(): boolean {
    return this.#isOnErrand;
  }

  beginErrand(): void {
    this.#isOnErrand = true;
    this.#onChange();
  }

  endErrand(): void {
    this.#isOnErrand = false;
    this.#onChange();
  }

  /**
   * Resolves when it is written down where the call is, or to false where that cannot be: a daemon that comes after a kill would look
   * for one that has left where it was before, and make one a second time that it does not know. Who leaves does so all the same.
   */
  async known(signal: AbortSignal): Promise<boolean> {
    return (await within(this.#written(signal), writePatience, signal)) ?? false;
  }

  goElsewhere(): void {
    this.#isElsewhere = true;
    this.#onChange();
  }

  comeBack(): void {
    if (!this.#isElsewhere) return;
    this.#isElsewhere = false;
    this.#onChange();
  }
}
