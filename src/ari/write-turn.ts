import type { Duplex } from 'node:stream';

/** What is written to a stream in one turn goes out in one piece, behind all that is done in that turn. */
export class WriteTurn {
  readonly #stream: Pick<Duplex, 'cork' | 'uncork'>;
  #hasBegun = false;
  readonly #end = (): void => {
    this.#hasBegun = false;
    this.#stream.uncork();
  };

  constructor(stream: Pick<Duplex, 'cork' | 'uncork'>) {
    this.#stream = stream;
  }

  /** Call before each write. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#stream.cork();
    process.nextTick(this.#end);
  }
}
