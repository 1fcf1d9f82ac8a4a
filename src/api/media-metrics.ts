import { Counter, type Registry } from 'prom-client';

/** What came to external media. */
export class MediaMetrics {
  readonly #strange: Counter;

  constructor(registers: Registry[]) {
    this.#strange = new Counter({
      registers,
      name: 'ariflow_external_media_strange_packets_total',
      help: 'RTP packets that came from somebody else than the host of the external media; nobody heard them',
    });
  }

  readonly strangePacket = (): void => this.#strange.inc();
}
