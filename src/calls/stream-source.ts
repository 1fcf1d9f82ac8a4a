import * as z from 'zod';
import type { Ari } from '../ari/ari.ts';
import type { RtpStatistics } from '../ari/requests.ts';
import { AriError } from '../ari/transport.ts';
import { Deadline } from '../core/deadline.ts';
import { sleep } from '../core/wait.ts';

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

/** How long whoever was answered may take to agree on keys, and how often it is asked whether he has, in milliseconds. */
const keysPatience = 2_000;
const keysInterval = 50;

/** As Asterisk names them: `ulaw` is read of `(alaw)`; before the answer, of `(ulaw|alaw)`. */
export async function isTranslated(ari: Ari, channelId: string, signal: AbortSignal): Promise<boolean> {
  const ask = (name: string): Promise<string> => ari.getVariable(channelId, `CHANNEL(${name})`, signal);
  const [read, native] = await Promise.all([ask('audioreadformat'), ask('audionativeformat')]);
  return !native.slice(1, -1).split('|').includes(read);
}

/** The stream that those who listen hear, as far as is known: its source (SSRC), and how many of its packets were lost. */
export const heardState = z.object({ ssrc: z.int(), lost: z.int() });

type HeardState = z.output<typeof heardState>;

/** The part of a call that this file uses. */
interface Heard {
  readonly ari: Ari;
  readonly channelId: string;
  writeDown(): void;
}

/** The stream that comes from a channel, as Asterisk counts it. */
export class StreamSource {
  readonly #call: Heard;
  #seen: RtpStatistics | undefined;
  #heard: HeardState | undefined;
  #hasNone = false;
  #hadEarlyMedia = false;
  /** Whether it was looked at while it came. */
  #isKnown = false;
  #comesLate = false;

  constructor(call: Heard) {
    this.#call = call;
  }

  /** Whether there is anything to be looked at: a packet has come, or none ever will. */
  get hasCome(): boolean {
    return this.#hasNone || (this.#seen !== undefined && this.#seen.rxcount > 0);
  }

  /** What is written down of it: a stream that begins anew when nobody looks is known by that. */
  get state(): HeardState | undefined {
    return this.#heard;
  }

  goOn(heard: HeardState | undefined): void {
    this.#heard = heard;
    if (heard) this.#seen = { remote_ssrc: heard.ssrc, rxcount: 1, rxploss: heard.lost };
  }

  /** Whether Asterisk has said that it counts nothing of the channel, and never will. */
  get isUncounted(): boolean {
    return this.#hasNone;
  }

  /** Looks; resolves to whether it has begun anew since the last look. Rejects with nothing but the signal's reason. */
  async hasBegunAnew(signal: AbortSignal): Promise<boolean> {
    if (this.#hasNone) return false;
    try {
      const now = await this.#call.ari.rtpStatistics(this.#call.channelId, signal);
      const before = this.#seen;
      this.#seen = now;
      return hasBegunAnew(before, now) || (await this.#mayHaveBefore(now, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AriError && error.status === 403) this.#hasNone = true;
      return false;
    }
  }

  /** Before anybody looked: what comes with the answer is often another stream than what came before it (183). */
  async #mayHaveBefore({ rxcount }: RtpStatistics, signal: AbortSignal): Promise<boolean> {
    if (this.#isKnown || rxcount === 0) return false;
    this.#isKnown = true;
    const { ari, channelId } = this.#call;
    return this.#hadEarlyMedia && (await isTranslated(ari, channelId, signal));
  }

  /** Those who listen hear it as it was seen last. */
  isHeard(): void {
    if (!this.#seen || this.#seen.rxcount === 0) return;
    const { remote_ssrc: ssrc, rxploss: lost } = this.#seen;
    if (this.#heard?.ssrc === ssrc && lost - this.#heard.lost <= jump) return;
    this.#heard = { ssrc, lost };
    this.#call.writeDown();
  }

  /** Its party sent audio before the answer. */
  cameEarly(): void {
    this.#hadEarlyMedia = true;
  }

  /** Its party agrees on keys behind the answer (DTLS), as phones in browsers do: until then neither hears the other. */
  comesLate(): void {
    this.#comesLate = true;
  }

  /** Resolves with its first packet where it comes late, after 2 s at most. Rejects with nothing but the signal's reason. */
  async begun(signal: AbortSignal): Promise<void> {
    if (!this.#comesLate) return;
    using deadline = new Deadline(keysPatience, signal);
    try {
      const { ari, channelId } = this.#call;
      while ((await ari.rtpStatistics(channelId, deadline.signal)).rxcount === 0)
        await sleep(keysInterval, deadline.signal);
    } catch {
      signal.throwIfAborted();
    }
  }

  /** Forgets what was seen before: the next look is the first. */
  forget(): void {
    this.#seen = undefined;
    this.#heard = undefined;
  }
}
