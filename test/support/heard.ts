import { dtmfDigit } from './dtmf-tones.ts';
import type { HeardDigit } from './telephone-event.ts';
import { dominantFrequency, frameSize, goertzel, isSilent, loudness, sampleRate } from './tones.ts';
import { wallTime } from './wall-time.ts';

/** Since when a sender's timestamps are taken for times: this timestamp was at this time. */
interface Anchor {
  at: number;
  readonly timestamp: number;
}

interface Piece {
  /** Where it belongs on the clock of `wallTime()`. */
  at: number;
  readonly anchor: Anchor;
  readonly samples: Int16Array;
}

/** A stretch of sound: a tone where one frequency stands out, else `frequency` is undefined. */
export interface Sound {
  readonly from: number;
  readonly to: number;
  readonly frequency: number | undefined;
}

export interface Packet {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
}

const perMs = sampleRate / 1_000;
const frameMs = frameSize / perMs;

/** A packet this much later than its timestamp puts it begins a new reckoning: the sender's clock jumped, or one of us stalled. */
const tolerance = 120;

/** What comes at once was sent within this; timestamps further ahead are a clock that jumped. */
const longestBurst = 2_000;

/** Everything a phone has heard on one call. All times are those of `wallTime()`. */
export class Heard {
  /** RFC 4733 digits, in order. */
  readonly digits: readonly HeardDigit[];
  /** RTP packets, digits and all. */
  packets = 0;
  /** Packets that never came, judged by sequence numbers. */
  lost = 0;
  /** Packets that came after a later one. */
  reordered = 0;
  /** How often another sender (SSRC) took over. */
  senders = 0;
  readonly #arrivals: number[] = [];
  readonly #pieces: Piece[] = [];
  #last: Packet | undefined;
  #anchor: Anchor | undefined;

  constructor(digits: readonly HeardDigit[]) {
    this.digits = digits;
  }

  /** The digits as one string. */
  get digitString(): string {
    return this.digits.map(({ digit }) => digit).join('');
  }

  count(packet: Packet): void {
    this.packets += 1;
    this.#arrivals.push(wallTime());
    if (this.#last?.ssrc !== packet.ssrc) {
      this.senders += 1;
      this.#anchor = undefined;
      this.#last = packet;
      return;
    }
    const step = ((packet.sequence - this.#last.sequence + 0x18000) & 0xffff) - 0x8000;
    if (step <= 0) {
      this.reordered += step === 0 ? 0 : 1;
      this.lost -= step === 0 || this.lost === 0 ? 0 : 1;
      return;
    }
    this.lost += step - 1;
    this.#last = packet;
  }

  /** Puts sound where its timestamp says, so that a burst after a hiccup of this process is not heard as a hiccup. */
  add(timestamp: number, samples: Int16Array): void {
    const arrivedAt = wallTime();
    const reckon = ({ at, timestamp: began }: Anchor): number => at + ((timestamp - began) | 0) / perMs;
    const late = this.#anchor && arrivedAt - reckon(this.#anchor);
    const isTrusted = late !== undefined && late <= tolerance && late >= -longestBurst;
    if (!isTrusted) this.#anchor = { at: arrivedAt, timestamp };
    const anchor = this.#anchor as Anchor; // there is one by now
    this.#moveBack(anchor, reckon(anchor) - arrivedAt);
    const at = reckon(anchor);
    let place = this.#pieces.length;
    while (place > 0 && (this.#pieces[place - 1]?.at ?? 0) > at) place -= 1;
    this.#pieces.splice(place, 0, { at, anchor, samples });
  }

  /** Nothing is heard before it comes: what seems to be shows that all since the anchor has come late, in a burst. */
  #moveBack(anchor: Anchor, ahead: number): void {
    const first = this.#pieces.findLastIndex((piece) => piece.anchor !== anchor) + 1;
    const before = this.#pieces[first - 1];
    const room = before
      ? (this.#pieces[first]?.at ?? anchor.at) - before.at - before.samples.length / perMs
      : ahead;
    const by = Math.min(ahead, room);
    if (by <= 0) return;
    anchor.at -= by;
    for (const piece of this.#pieces.slice(first)) piece.at -= by;
  }

  /** What was heard between two times; zeros where nothing came. */
  samples(from: number, to: number = wallTime()): Int16Array {
    const result = new Int16Array(Math.max(0, Math.round((to - from) * perMs)));
    for (let index = this.#firstAfter(from - 1_000); index < this.#pieces.length; index += 1) {
      const piece = this.#pieces[index];
      if (piece === undefined || piece.at >= to) break;
      const start = Math.round((piece.at - from) * perMs);
      const visible = piece.samples.subarray(Math.max(0, -start), Math.max(0, result.length - start));
      if (start + piece.samples.length > 0) result.set(visible, Math.max(0, start));
    }
    return result;
  }

  /** The newest sound, up to the last packet. */
  latest(ms = 200): Int16Array {
    const end = this.endedAt;
    return end === undefined ? new Int16Array(0) : this.samples(end - ms, end);
  }

  /** Where the newest sound (or silence) that came ends. */
  get endedAt(): number | undefined {
    const last = this.#pieces.at(-1);
    return last && last.at + last.samples.length / perMs;
  }

  /** The share of this frequency, 0 … 1, in a stretch; in the last 200 ms where none is given. */
  toneAt(frequency: number, from?: number, to?: number): number {
    const samples = from === undefined ? this.latest() : this.samples(from, to);
    return isSilent(samples) ? 0 : goertzel(samples, frequency);
  }

  /** Whether this tone, and hardly anything else, was heard in the last 200 ms. */
  hears(frequency: number): boolean {
    return this.isReceiving() && this.toneAt(frequency) > 0.7;
  }

  /** When sound began: the first window of 20 ms that is not silent, at or after a time. */
  firstSoundAt(after = 0): number | undefined {
    return this.#pieces.find(({ at, samples }) => at >= after && !isSilent(samples))?.at;
  }

  /** Whether there was silence (or nothing at all) from this time until now. */
  silentSince(time: number): boolean {
    return this.#pieces.slice(this.#firstAfter(time)).every(({ samples }) => isSilent(samples));
  }

  /** Whether packets still come. */
  isReceiving(within = 100): boolean {
    return wallTime() - (this.#arrivals.at(-1) ?? 0) <= within;
  }

  packetsPerSecond(window = 1_000): number {
    const since = wallTime() - window;
    let index = this.#arrivals.length;
    while (index > 0 && (this.#arrivals[index - 1] ?? 0) >= since) index -= 1;
    return ((this.#arrivals.length - index) * 1_000) / window;
  }

  /** The longest time without a packet, once packets came. */
  longestGap(from = 0): number {
    const arrivals = this.#arrivals.filter((at) => at >= from);
    return arrivals.reduce((longest, at, index) => Math.max(longest, at - (arrivals[index - 1] ?? at)), 0);
  }

  /** The sounds of a stretch one after the other, judged in windows of 40 ms; silence lies between them. */
  sounds(from = this.#pieces[0]?.at ?? 0, to = this.endedAt ?? 0): Sound[] {
    const window = 2 * frameMs;
    const sounds: Sound[] = [];
    for (let at = from; at + window <= to; at += window) {
      const samples = this.samples(at, at + window);
      if (isSilent(samples)) continue;
      const frequency = dominantFrequency(samples);
      const last = sounds.at(-1);
      const isSame = last !== undefined && last.to === at && isClose(last.frequency, frequency);
      if (isSame) sounds[sounds.length - 1] = { ...last, to: at + window };
      else sounds.push({ from: at, to: at + window, frequency });
    }
    return sounds;
  }

  /** Digits heard as tones. */
  inbandDigits(from = this.#pieces[0]?.at ?? 0, to = this.endedAt ?? 0): string {
    let digits = '';
    let previous: string | undefined;
    for (let at = from; at + 30 <= to; at += frameMs) {
      const digit = dtmfDigit(this.samples(at, at + 30));
      if (digit !== undefined && digit !== previous) digits += digit;
      previous = digit;
    }
    return digits;
  }

  /** For a message when an assertion about sound fails. */
  describe(): string {
    const last = this.latest();
    const frequency = dominantFrequency(last);
    return `${this.packets} packets, loudness ${Math.round(loudness(last))}, tone ${frequency ?? 'none'}, digits "${this.digitString}"`;
  }

  #firstAfter(time: number): number {
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pieces[middle]?.at ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isClose(one: number | undefined, other: number | undefined): boolean {
  return one === undefined || other === undefined ? one === other : Math.abs(one - other) <= 15;
}
