import type { Channel } from '../../ari/events.gen.ts';
import { causeOfSip } from './causes.ts';
import type { SimulatedChannel } from './channel.ts';
import type { SimulatedWorld } from './world.ts';

/** How a leg of ours was asked for. */
export interface OutgoingLeg {
  /** `PJSIP/1001`. */
  readonly endpoint: string;
  /** Whether it comes to us only when it is answered (`originate`), and not before it is dialled (`create`). */
  readonly isOriginated: boolean;
  /** What else its answer brings about. */
  readonly onAnswer?: () => void;
}

/** The far end of a leg of ours: somebody whose phone rings, and what he does. */
export class SimulatedParty {
  readonly channel: SimulatedChannel;
  readonly endpoint: string;
  readonly #world: SimulatedWorld;
  readonly #isOriginated: boolean;
  readonly #onAnswer: (() => void) | undefined;
  #isOver = false;

  constructor(
    world: SimulatedWorld,
    channel: SimulatedChannel,
    { endpoint, isOriginated, onAnswer }: OutgoingLeg,
  ) {
    this.#world = world;
    this.channel = channel;
    this.endpoint = endpoint;
    this.#isOriginated = isOriginated;
    this.#onAnswer = onAnswer;
    this.#dial('');
  }

  /** Whether the caller still waits for an answer. */
  get isCalled(): boolean {
    return !this.#isOver && this.#world.channels.has(this.channel.id);
  }

  /** 180. */
  ring(): void {
    if (!this.isCalled || this.channel.state === 'Ringing') return;
    this.#change('Ringing');
    this.#dial('RINGING');
  }

  /** 183 with a description: early media. */
  progress(): void {
    if (this.isCalled) this.#dial('PROGRESS');
  }

  /** 200. */
  answer(): void {
    if (!this.isCalled) return;
    this.#isOver = true;
    const { channel } = this;
    this.#onAnswer?.();
    this.#change('Up');
    this.#dial('ANSWER');
    if (this.#isOriginated) {
      channel.isInStasis = true;
      this.#world.emit({ type: 'StasisStart', args: [...channel.args], channel: channel.json });
    }
    this.#answerOthers();
  }

  /** 200, with a description of media that Asterisk cannot use. */
  answerMute(): void {
    this.channel.hasStream = false;
    this.answer();
  }

  /** Any final response but 200. */
  refuse(status: number): void {
    if (!this.isCalled) return;
    this.#isOver = true;
    const cause = causeOfSip(status);
    const { channel } = this;
    this.#world.emit({
      type: 'ChannelHangupRequest',
      cause,
      tech_cause: status,
      channel: channel.json,
    });
    this.end(cause === 17 ? 'BUSY' : 'CONGESTION');
    this.#world.end(channel, { by: 'us', status }, { cause, tech_cause: status });
  }

  /** BYE, without a reason or with a Q.850 cause in it. */
  hangup(cause?: number): void {
    const { channel } = this;
    if (!this.#world.channels.has(channel.id)) return;
    this.#world.emit({
      type: 'ChannelHangupRequest',
      channel: channel.json,
      ...(cause === undefined ? {} : { cause }),
    });
    this.#world.end(channel, { by: 'us', cause }, { cause: cause ?? 16 });
  }

  /** Keys are pressed. */
  press(digits: string): void {
    this.#world.press(this.channel, digits);
  }

  /** The call is over before its answer; of one that came to us before it was dialled nothing more is said. */
  end(dialstatus: string): void {
    if (this.#isOriginated && this.channel.state !== 'Up') this.#dial(dialstatus);
  }

  #change(state: Channel['state']): void {
    this.channel.state = state;
    this.#world.emit({ type: 'ChannelStateChange', channel: this.channel.json });
  }

  #dial(dialstatus: string): void {
    const dialstring = this.endpoint.slice(this.endpoint.indexOf('/') + 1);
    this.#world.emit({ type: 'Dial', peer: this.channel.json, dialstatus, dialstring });
  }

  /** Callers in the same bridge who wait unanswered are answered with it. */
  #answerOthers(): void {
    for (const member of this.channel.bridge?.members.keys() ?? []) {
      if (member.state !== 'Ring') continue;
      member.state = 'Up';
      this.#world.emit({ type: 'ChannelStateChange', channel: member.json });
    }
  }
}
