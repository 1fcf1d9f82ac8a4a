import type { Channel, Playback } from './events.gen.ts';
import { operations } from './operations.ts';
import type { AriSender } from './transport.ts';

/** A channel to make, with an id of ours. */
export interface Origination {
  readonly channelId: string;
  readonly endpoint: string;
  readonly appArgs?: string;
  readonly callerId?: string;
  /** Seconds. */
  readonly timeout?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * The port to Asterisk: the operations we use, ids always ours. Every operation may throw `AriError`.
 * Results are trusted as Asterisk describes them; they are the parsed border's other half of `events.gen.ts`.
 */
export class Ari {
  readonly app: string;
  readonly #sender: AriSender;

  constructor(app: string, sender: AriSender) {
    this.app = app;
    this.#sender = sender;
  }

  ping(signal?: AbortSignal): Promise<unknown> {
    return this.#sender.send({ operation: operations.ping }, signal);
  }

  async channels(signal?: AbortSignal): Promise<readonly Channel[]> {
    return (await this.#sender.send({ operation: operations.channels }, signal)) as Channel[];
  }

  async channel(channelId: string, signal?: AbortSignal): Promise<Channel> {
    return (await this.#sender.send(
      { operation: operations.channel, path: { channelId } },
      signal,
    )) as Channel;
  }

  async bridges(signal?: AbortSignal): Promise<readonly { readonly id: string }[]> {
    return (await this.#sender.send({ operation: operations.bridges }, signal)) as { id: string }[];
  }

  async originate(
    { variables, timeout, ...origination }: Origination,
    signal?: AbortSignal,
  ): Promise<Channel> {
    const query = {
      ...origination,
      app: this.app,
      ...(timeout === undefined ? {} : { timeout: String(timeout) }),
    };
    const request = { operation: operations.originate, query, ...(variables ? { body: { variables } } : {}) };
    return (await this.#sender.send(request, signal)) as Channel;
  }

  async answer(channelId: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.answer, path: { channelId } }, signal);
  }

  /** Ends a channel; `cause` is Q.850 and picks the SIP response on an unanswered leg. */
  async hangup(channelId: string, cause: number, signal?: AbortSignal): Promise<void> {
    const query = { reason_code: String(cause) };
    await this.#sender.send({ operation: operations.hangup, path: { channelId }, query }, signal);
  }

  async play(channelId: string, playbackId: string, media: string, signal?: AbortSignal): Promise<void> {
    const body = { media: [media], playbackId };
    await this.#sender.send({ operation: operations.play, path: { channelId }, body }, signal);
  }

  async playback(playbackId: string, signal?: AbortSignal): Promise<Playback> {
    return (await this.#sender.send(
      { operation: operations.playback, path: { playbackId } },
      signal,
    )) as Playback;
  }

  async stopPlayback(playbackId: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.stopPlayback, path: { playbackId } }, signal);
  }

  /** Lets the channel hear music on hold, until `stopMoh`; a playback ends it too. */
  async startMoh(channelId: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.startMoh, path: { channelId } }, signal);
  }

  async stopMoh(channelId: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.stopMoh, path: { channelId } }, signal);
  }

  /** A channel's variable or function, e.g. `PJSIP_HEADER(read,X-Customer)`. */
  async getVariable(channelId: string, variable: string, signal?: AbortSignal): Promise<string> {
    const request = { operation: operations.getVariable, path: { channelId }, query: { variable } };
    const answer = (await this.#sender.send(request, signal)) as { value?: string } | undefined;
    return answer?.value ?? '';
  }

  async setVariable(channelId: string, variable: string, value: string, signal?: AbortSignal): Promise<void> {
    const query = { variable, value };
    await this.#sender.send({ operation: operations.setVariable, path: { channelId }, query }, signal);
  }

  /** Keeps events of these types from being written to our socket at all. */
  async filterEvents(disallowed: readonly string[], signal?: AbortSignal): Promise<void> {
    // Only `disallowed`: a list of allowed types would swallow the answers to requests on the same socket.
    const body = { disallowed: disallowed.map((type) => ({ type })) };
    await this.#sender.send(
      { operation: operations.filterEvents, path: { applicationName: this.app }, body },
      signal,
    );
  }
}
