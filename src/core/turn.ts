import { clearTurn, setTurn } from './clock.ts';

/** A turn of the event loop, from where it is made: what is done before it is over has waited for nothing, however long it took. */
export class Turn implements Disposable {
  #isOver = false;
  readonly #end = setTurn(() => {
    this.#isOver = true;
  });

  get isOver(): boolean {
    return this.#isOver;
  }

  [Symbol.dispose](): void {
    clearTurn(this.#end);
  }
}
