import { frameSize, sampleRate } from './tones.ts';
import { wallTime } from './wall-time.ts';

/** Event numbers of RFC 4733, 3.2 are the places in here. */
const events = '0123456789*#ABCD';

/** The end of a digit is sent this often, because nothing repeats it. */
export const endRepeats = 3;

const volume = 10;

export function eventNumber(digit: string): number {
  const number = events.indexOf(digit.toUpperCase());
  if (number < 0 || digit.length !== 1) throw new RangeError(`no such key: ${digit}`);
  return number;
}

/** The four bytes of one report; `duration` in samples. */
export function formatEvent(report: { digit: string; duration: number; isEnd: boolean }): Buffer {
  const payload = Buffer.alloc(4);
  payload[0] = eventNumber(report.digit);
  payload[1] = (report.isEnd ? 0x80 : 0) | volume;
  payload.writeUInt16BE(Math.min(0xffff, report.duration), 2);
  return payload;
}

/** What is sent in one 20 ms slot while digits are: a report of a digit, or sound in the gap between two. */
export type DigitSlot = { readonly digit: string; readonly slot: number; readonly isEnd: boolean } | 'gap';

/** The slots of some digits one after the other; durations are rounded up to whole slots. */
export function digitSlots(digits: string, { duration = 100, gap = 100 } = {}): DigitSlot[] {
  const slotMs = (frameSize * 1_000) / sampleRate;
  const [on, off] = [Math.max(1, Math.ceil(duration / slotMs)), Math.ceil(gap / slotMs)];
  return [...digits].flatMap((digit) => {
    eventNumber(digit);
    const reports = Array.from({ length: on }, (_, slot) => ({ digit, slot, isEnd: slot === on - 1 }));
    return [...reports, ...Array.from({ length: off }, () => 'gap' as const)];
  });
}

export interface HeardDigit {
  readonly digit: string;
  /** When its first packet came. */
  readonly at: number;
  /** When its end was first reported; undefined while it lasts. */
  readonly endedAt: number | undefined;
  /** In milliseconds, as last reported. */
  readonly duration: number;
}

/** Collects reports into digits: those of one digit share their RTP timestamp. */
export class DigitReceiver {
  readonly digits: HeardDigit[] = [];
  #timestamp: number | undefined;

  receive(payload: Uint8Array, timestamp: number): void {
    const [event = 255, flags = 0, high = 0, low = 0] = payload;
    const digit = events[event];
    if (digit === undefined) return;
    const at = wallTime();
    const isEnd = (flags & 0x80) !== 0;
    const duration = ((high << 8) | low) / (sampleRate / 1_000);
    const current = this.#timestamp === timestamp ? this.digits.pop() : undefined;
    this.#timestamp = timestamp;
    this.digits.push({
      digit,
      at: current?.at ?? at,
      endedAt: current?.endedAt ?? (isEnd ? at : undefined),
      duration: Math.max(duration, current?.duration ?? 0),
    });
  }
}
