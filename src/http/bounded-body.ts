import { HttpError } from './http-error.ts';

/** A body that ends with an error where it is, or says that it is, larger than allowed. */
export class BoundedBody implements AsyncIterable<Uint8Array> {
  readonly #body: AsyncIterable<Uint8Array>;
  readonly #maxBytes: number;
  readonly #declared: number;
  /** Why the body itself broke off; whoever reads it may throw other things. */
  failure: unknown;

  constructor(body: AsyncIterable<Uint8Array>, maxBytes = 1_048_576, declared = 0) {
    this.#body = body;
    this.#maxBytes = maxBytes;
    this.#declared = declared;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let size = 0;
    try {
      for await (const chunk of this.#body) {
        size += chunk.byteLength;
        if (Math.max(size, this.#declared) > this.#maxBytes)
          throw new HttpError('too_large', `the answer is larger than ${this.#maxBytes} bytes`); // leaving the loop destroys the body
        yield chunk;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
