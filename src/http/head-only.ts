import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

export interface HttpHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Reading more of a body away costs more than a new connection. */
export const mostIgnored = 64 * 1_024;

/**
 * Takes an answer of which the head is all that is wanted. undici's own way there makes a stream of the body and listens to a signal of
 * its own for each request: half of what a delivery costs.
 */
export class HeadOnly implements Dispatcher.DispatchHandler {
  readonly #answer = Promise.withResolvers<HttpHead>();
  #controller: Dispatcher.DispatchController | undefined;
  #givenUp: { readonly reason: Error } | undefined;
  #head: HttpHead | undefined;
  #size = 0;

  /** Resolves once the body has been read away, or is not read any further. */
  get head(): Promise<HttpHead> {
    return this.#answer.promise;
  }

  /** Whether the request has begun to go out: the server may have it. */
  get wasSent(): boolean {
    return this.#controller !== undefined;
  }

  /** Where the head has come it is the answer all the same. */
  giveUp(reason: Error): void {
    this.#givenUp = { reason };
    this.#controller?.abort(reason);
    this.#end(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#givenUp) controller.abort(this.#givenUp.reason);
    else this.#controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status >= 200) this.#head = { status, headers };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.byteLength;
    if (this.#size <= mostIgnored) return;
    const reason = new Error('enough of it was read');
    controller.abort(reason);
    this.#end(reason);
  }

  onResponseEnd(): void {
    // An error is made where there is one alone: the stack that comes with it costs as much as sending the request.
    if (this.#head) this.#answer.resolve(this.#head);
    else this.#answer.reject(new Error('the answer has no head')); // undici ends none without
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#end(error);
  }

  #end(error: Error): void {
    if (this.#head) this.#answer.resolve(this.#head);
    else this.#answer.reject(error);
  }
}
