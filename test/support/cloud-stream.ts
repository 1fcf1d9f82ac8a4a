import type { CloudAccess } from '../../src/core/cloud-credentials.ts';
import type { Scope } from '../../src/core/scope.ts';
import type { Stt, SttError, SttRequest, SttStream } from '../../src/hearing/stt.ts';
import type { Heard } from '../../src/ports/hearing.ts';
import { frameSize } from './tones.ts';

/** A cloud on loopback. */
export function accessTo(url: string): CloudAccess {
  return { missing: undefined, endpoint: new URL(url), isPlain: true, region: 'us-east-1' };
}

/** A stream of an engine, and all that came of it. */
export class GivenStream {
  readonly heard: Heard[] = [];
  readonly broken: SttError[] = [];
  readonly scope: Scope;
  readonly #opened: Promise<SttStream>;

  constructor(engine: Stt, outer: Scope, request: Partial<SttRequest> = {}) {
    this.scope = outer.child();
    const listener = {
      onHeard: (heard: Heard) => this.heard.push(heard),
      onBroken: (error: SttError) => this.broken.push(error),
    };
    this.#opened = engine.open({ language: 'en-US', hints: [], ...request }, listener, this.scope);
    this.#opened.catch(() => undefined);
  }

  get stream(): Promise<SttStream> {
    return this.#opened;
  }

  get words(): string[] {
    return this.heard.filter(({ isFinal }) => isFinal).flatMap(({ text }) => text.split(' '));
  }

  /** As it comes from a call, 20 ms at a time; the loop turns every second of it. */
  async write(samples: Int16Array): Promise<void> {
    const stream = await this.#opened;
    for (let at = 0; at < samples.length; at += frameSize) {
      stream.write(samples.subarray(at, at + frameSize));
      if (at % 8_000 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async end(): Promise<void> {
    await (await this.#opened).end();
  }
}
