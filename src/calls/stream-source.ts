import type { Ari, RtpStatistics } from '../ari/ari.ts';
import { AriError } from '../ari/transport.ts';

/** Of one look after another so many packets cannot get lost, but a sequence that was set back or far ahead seems to have. */
const jump = 30_000;

/**
 * Whether a party's stream began anew between two looks: from another source (SSRC), or from the same with a sequence that
 * does not go on where it was. One that has just begun has not.
 */
export function hasBegunAnew(before: RtpStatistics | undefined, now: RtpStatistics): boolean {
  if (before === undefined || before.rxcount === 0) return false;
  return now.remote_ssrc !== before.remote_ssrc || now.rxploss - before.rxploss > jump;
}

const sources = new WeakMap<object, StreamSource>();

/** What is known of the stream that comes from a party: a call, or a channel made for one. */
export function sourceOf(party: { readonly channelId: string }, ari: Ari): StreamSource {
  const source = sources.get(party) ?? new StreamSource(ari, party.channelId);
  sources.set(party, source);
  return source;
}

/** The stream that comes from a channel, as Asterisk counts it. */
class StreamSource {
  readonly #ari: Ari;
  readonly #channelId: string;
  #seen: RtpStatistics | undefined;
  #hasNone = false;

  constructor(ari: Ari, channelId: string) {
    this.#ari = ari;
    this.#channelId = channelId;
  }

  /** Looks; resolves to whether it has begun anew since the last look. Rejects with nothing but the signal's reason. */
  async hasBegunAnew(signal: AbortSignal): Promise<boolean> {
    if (this.#hasNone) return false;
    try {
      const now = await this.#ari.rtpStatistics(this.#channelId, signal);
      const before = this.#seen;
      this.#seen = now;
      return hasBegunAnew(before, now);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AriError && error.status === 403) this.#hasNone = true;
      return false;
    }
  }

  /** What was before no longer matters: the next look is the first. */
  forget(): void {
    this.#seen = undefined;
  }
}
