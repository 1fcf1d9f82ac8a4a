import type { Bridge } from './events.gen.ts';
import { operations } from './operations.ts';
import type { AriSender } from './transport.ts';

/** How a channel joins a bridge. */
export interface Joining {
  /** The others do not hear it. */
  readonly isMuted?: boolean;
  /** Its digits are told to us and not passed on to the others. */
  readonly absorbsDtmf?: boolean;
}

/** The bridges half of the port: ids are ours, every operation may throw `AriError`. */
export class AriBridges {
  readonly #sender: AriSender;

  constructor(sender: AriSender) {
    this.#sender = sender;
  }

  async list(signal?: AbortSignal): Promise<readonly Bridge[]> {
    return (await this.#sender.send({ operation: operations.bridges }, signal)) as Bridge[];
  }

  /** `mixing,dtmf_events` keeps digits visible to us; a purely native bridge would hide them. */
  async create(
    bridgeId: string,
    type: 'mixing,dtmf_events' | 'holding',
    signal?: AbortSignal,
  ): Promise<void> {
    const request = { operation: operations.createBridge, path: { bridgeId }, query: { type } };
    await this.#sender.send(request, signal);
  }

  /** Those in it go back to us, not away. */
  async destroy(bridgeId: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.destroyBridge, path: { bridgeId } }, signal);
  }

  /** Accepted is not joined: that is `ChannelEnteredBridge`. */
  async add(
    bridgeId: string,
    channelId: string,
    { isMuted = false, absorbsDtmf = false }: Joining = {},
    signal?: AbortSignal,
  ): Promise<void> {
    const query = {
      channel: channelId,
      mute: String(isMuted),
      absorbDTMF: String(absorbsDtmf),
      // Whom one talks to is for the flow to say, not for a re-INVITE.
      inhibitConnectedLineUpdates: 'true',
    };
    await this.#sender.send({ operation: operations.addChannel, path: { bridgeId }, query }, signal);
  }

  async remove(bridgeId: string, channelId: string, signal?: AbortSignal): Promise<void> {
    const query = { channel: channelId };
    await this.#sender.send({ operation: operations.removeChannel, path: { bridgeId }, query }, signal);
  }

  /** To all in it. */
  async play(bridgeId: string, playbackId: string, media: string, signal?: AbortSignal): Promise<void> {
    const body = { media: [media], playbackId };
    await this.#sender.send({ operation: operations.playToBridge, path: { bridgeId }, body }, signal);
  }

  async startMoh(bridgeId: string, mohClass: string, signal?: AbortSignal): Promise<void> {
    const request = { operation: operations.startBridgeMoh, path: { bridgeId }, query: { mohClass } };
    await this.#sender.send(request, signal);
  }

  async stopMoh(bridgeId: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.stopBridgeMoh, path: { bridgeId } }, signal);
  }
}
