import { pino, symbols } from 'pino';
import { clearTimer, now, setTimer, type Timer } from './clock.ts';

/** A line that comes sooner after the last write, in milliseconds, waits for others, and is written together with them. */
const collectedFor = 50;

/** So many characters wait for no others. */
const mostCollected = 16_384;

/** What cannot be written is kept up to so many characters. */
const mostKept = 1_048_576;

/** pino's `error`: what comes next may be the end of the process. */
const urgent = 50;

/**
 * Where the lines of the log go. A write costs more than all else about a line, so those that follow one another closely are written
 * together. None is lost where the process ends by itself or by an error; by a kill, those of the last moment.
 */
export class LogLines {
  /** Has pino say in `lastLevel` what it is about to write. */
  readonly [symbols.needsMetadataGsym] = true;
  lastLevel = 0;
  readonly #write: (lines: string) => unknown;
  #lines = '';
  #writtenAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(write: (lines: string) => unknown) {
    this.#write = write;
  }

  /** To standard output, until the process ends. */
  static ofProcess(): LogLines {
    const output = pino.destination({ dest: 1, sync: true, maxLength: mostKept });
    output.on('error', () => undefined); // tried again with the next lines: no call must die of a full disk
    const lines = new LogLines((text) => output.write(text));
    process.on('exit', () => lines.flush());
    return lines;
  }

  write(line: string): void {
    this.#lines += line;
    const rest = this.#writtenAt + collectedFor - now();
    if (rest <= 0 || this.lastLevel >= urgent || this.#lines.length >= mostCollected) this.flush();
    else this.#timer ??= this.#flushAfter(rest);
  }

  flush(): void {
    if (this.#timer) clearTimer(this.#timer);
    this.#timer = undefined;
    this.#writtenAt = now();
    const lines = this.#lines;
    this.#lines = '';
    if (lines !== '') this.#write(lines);
  }

  #flushAfter(ms: number): Timer {
    const timer = setTimer(ms, () => this.flush());
    timer.unref();
    return timer;
  }
}
