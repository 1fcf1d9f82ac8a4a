import type { protos, SpeechClient } from '@google-cloud/speech';
import { nextTurn, orAbort } from '../../core/wait.ts';
import { CloudStream } from '../cloud-stream.ts';
import { SttError, type SttListener } from '../stt.ts';
import { heardIn } from './results.ts';

type Call = ReturnType<SpeechClient['_streamingRecognize']>;
type Response = protos.google.cloud.speech.v1.IStreamingRecognizeResponse;

/** What another try does not change, by the codes of gRPC. */
const lastingCodes: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  5: 'NOT_FOUND',
  7: 'PERMISSION_DENIED',
  12: 'UNIMPLEMENTED',
  16: 'UNAUTHENTICATED',
};

/** One call of `StreamingRecognize`. */
export class GcpStream extends CloudStream {
  readonly #call: Call;
  #lastEnd = 0;
  /** Its credentials are not, or no longer, good. */
  isRefused = false;

  constructor(call: Call, listener: SttListener, signal: AbortSignal) {
    super('gcp', listener, signal);
    this.#call = call;
    call.on('data', (response: Response) => this.#take(response));
    // More than one may come, the later ones of writes: without a listener they would end the process.
    call.on('error', ({ code }: { code?: unknown }) => this.#fail(Number(code)));
    call.on('end', () => this.ended(new SttError('passing', 'gcp: it has ended the stream')));
  }

  /** Sends what there is as the other side takes it, until the audio has ended. */
  async send(signal: AbortSignal): Promise<void> {
    for await (const audioContent of this.unsent) {
      if (this.isOver) return;
      if (!this.#call.write({ audioContent })) await orAbort(this.#drained(), signal);
    }
    if (!this.isOver) this.#call.end();
  }

  /** At the server too. Of a call that was made in this turn gRPC forgets it, and would keep the process alive: so it is said again. */
  override cancel(): void {
    super.cancel();
    this.#call.cancel();
    void nextTurn().then(() => this.#call.cancel());
  }

  #take({ error, results }: Response): void {
    if (error) return this.#fail(Number(error.code));
    for (const heard of heardIn(results ?? [], this.#lastEnd)) {
      if (heard.isFinal) this.#lastEnd = heard.end;
      this.heard(heard);
    }
  }

  /** By the code only: the messages may say what was asked. */
  #fail(code: number): void {
    const name = lastingCodes[code];
    if (name === 'UNAUTHENTICATED' || name === 'PERMISSION_DENIED') this.isRefused = true;
    this.broken(new SttError(name ? 'lasting' : 'passing', `gcp: ${name ?? `code ${code}`}`));
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#call.once('drain', resolve);
      void this.over.then(() => resolve());
    });
  }
}
