import { sleep } from '../../src/core/wait.ts';
import type { SpeechPort, SpeechRequest } from '../../src/ports/speech.ts';

/** Speech without sound: each prompt is a made-up file. */
export class FakeSpeech implements SpeechPort {
  /** What it was asked for, oldest first. */
  readonly requests: SpeechRequest[] = [];
  /** How long a synthesis takes, in milliseconds. */
  duration = 0;
  /** What goes wrong. */
  failure: Error | undefined;

  async prompt(request: SpeechRequest, signal: AbortSignal): Promise<string> {
    this.requests.push(request);
    if (this.duration > 0) await sleep(this.duration, signal);
    if (this.failure) throw this.failure;
    return `sound:/prompts/${this.requests.length}`;
  }
}
