export interface DigitReading {
  readonly digit: string;
  readonly duration: number;
  /** In whole milliseconds, as events tell it. */
  readonly at: number;
}

interface Frame {
  readonly kind: 'begin' | 'end' | 'voice';
  readonly digit: string;
  readonly duration: number;
  readonly at: number;
}

interface Typing {
  readonly tone?: number;
  readonly pause?: number;
  /** Whether every packet is read when it comes. */
  readonly isOnTime?: boolean;
}

/** `AST_MIN_DTMF_GAP`. */
const gap = 45;
const packet = 20;

/**
 * How a channel of Asterisk reads RFC 4733 digits, with the times left to a seed: when packets come and how long the
 * channel's thread is held up. What `__ast_read` of Asterisk 22 does with a digit's beginning and end, in the words of its source.
 */
export class DigitReader {
  readonly readings: DigitReading[] = [];
  #seed: number;
  readonly #typing: Typing;
  readonly #frames: Frame[] = [];
  #now = 0;
  #isInDigit = false;
  #isEmulating = false;
  #emulation = 0;
  #since = Number.NEGATIVE_INFINITY;
  #held: Frame | undefined;

  constructor(seed: number, typing: Typing = {}) {
    this.#seed = seed;
    this.#typing = typing;
  }

  /** Somebody presses some keys; answers which. */
  press(): string {
    const repeats = () => (this.#random() < 0.5 ? 2 : 1);
    const pressed = Array.from({ length: 6 }, () =>
      String(Math.floor(this.#random() * 3)).repeat(repeats()),
    ).join('');
    this.#send(pressed);
    this.#read();
    return pressed;
  }

  #send(digits: string): void {
    const { isOnTime } = this.#typing;
    const tone = this.#typing.tone ?? packet * (1 + Math.floor(this.#random() * 6));
    const pause = this.#typing.pause ?? 20 + Math.floor(this.#random() * 100);
    let sent = 0;
    let come = 0;
    const send = (kind: Frame['kind'], digit = '', duration = 0) => {
      // Packets come late, and not before one another.
      come = Math.max(come, sent + (isOnTime ? 0 : this.#random() * 10 + (this.#random() < 0.05 ? 150 : 0)));
      this.#frames.push({ kind, digit, duration, at: come });
    };
    for (const digit of digits) {
      send('begin', digit);
      sent += tone;
      send('end', digit, tone);
      for (let quiet = 0; quiet + packet <= pause; quiet += packet) {
        send('voice');
        sent += packet;
      }
      sent += pause % packet;
    }
    for (let quiet = 0; quiet < 50; quiet += 1) {
      sent += packet;
      send('voice');
    }
  }

  #read(): void {
    // While a digit is held back the packets wait; a timer makes null frames.
    while (this.#frames.length > 0 || this.#held !== undefined) {
      if (!this.#typing.isOnTime && this.#random() < 0.02) this.#now += this.#random() * 250;
      if (this.#held !== undefined) this.#readHeld(this.#held);
      else {
        const [frame] = this.#frames;
        if (frame === undefined) return;
        for (; this.#now + packet <= frame.at; this.#now += packet) this.#null();
        this.#now = Math.max(this.#now, frame.at);
        this.#frames.shift();
        this.#readFrame(frame);
      }
    }
  }

  #readHeld(held: Frame): void {
    if (this.#isEmulating || this.#now - this.#since < gap) {
      this.#null();
      this.#now += 1;
      return;
    }
    this.#held = undefined;
    this.#readFrame(held);
  }

  #readFrame(frame: Frame): void {
    const isClose = this.#now - this.#since < gap;
    if (frame.kind === 'voice') return this.#null();
    if (frame.kind === 'begin') {
      if (this.#isEmulating || isClose) return;
      this.#isInDigit = true;
      this.#since = this.#now;
      return;
    }
    this.readings.push({ digit: frame.digit, duration: frame.duration, at: Math.floor(this.#now) });
    if (this.#isEmulating) this.#held = frame;
    else if (this.#isInDigit) {
      this.#isInDigit = false;
      this.#since = this.#now;
    } else if (isClose) this.#held = frame;
    else {
      this.#isEmulating = true;
      this.#emulation = frame.duration;
      this.#since = this.#now;
    }
  }

  #null(): void {
    if (!this.#isEmulating || this.#now - this.#since < this.#emulation) return;
    this.#isEmulating = false;
    this.#since = this.#now;
  }

  #random(): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return this.#seed / 2_147_483_648;
  }
}
