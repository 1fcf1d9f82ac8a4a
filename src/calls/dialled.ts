import * as z from 'zod';

const ringing = z.object({
  id: z.string().min(1),
  /** How often a redirection of its phone's may still be followed. */
  redirects: z.int().default(0),
  /** Whether it was dialled, as far as is known. */
  isInvited: z.boolean(),
});

/** What is stored of a call that is being made, until it is answered: all it takes to ring on after a kill. */
export const dialState = z.object({
  /** The instant until which it may ring. */
  until: z.number(),
  /** What the INVITE of one more channel says. */
  callerId: z.object({ number: z.string(), name: z.string() }),
  headers: z.record(z.string(), z.string()).default({}),
  /** The channels that ring for it, or are about to. */
  channels: z.array(ringing).readonly(),
});

export type DialState = z.output<typeof dialState>;

type Ringing = z.output<typeof ringing>;

/** How a call is being made: what there is to be written down of it, and of its channels. */
export class Dialled {
  readonly #written: Omit<DialState, 'channels'>;
  readonly #channels: Map<string, Ringing>;

  constructor({ channels, ...written }: DialState) {
    this.#written = written;
    this.#channels = new Map(channels.map((channel) => [channel.id, channel]));
  }

  get state(): DialState {
    return { ...this.#written, channels: [...this.#channels.values()] };
  }

  /** One that is about to ring. */
  add(id: string, redirects: number): void {
    const { isInvited = false } = this.#channels.get(id) ?? {};
    this.#channels.set(id, { id, redirects, isInvited });
  }

  invited(id: string): void {
    const channel = this.#channels.get(id);
    if (channel) this.#channels.set(id, { ...channel, isInvited: true });
  }

  over(id: string): void {
    this.#channels.delete(id);
  }
}
