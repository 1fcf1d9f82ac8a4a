import { loudness } from './loudness.ts';

/** How loud it is that comes in, for a meter; `samples` are for whoever wants to know what it is. */
export class Level {
  #context: AudioContext | undefined;
  #source: MediaStreamAudioSourceNode | undefined;
  #analyser: AnalyserNode | undefined;
  #samples = new Float32Array(0);

  /** Browsers let a page make sound only from a click on: it begins then. */
  begin(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume();
  }

  measure(stream: MediaStream): void {
    this.#context ??= new AudioContext();
    const context = this.#context;
    this.#source?.disconnect();
    this.#source = context.createMediaStreamSource(stream);
    this.#analyser = new AnalyserNode(context, { fftSize: 2_048 });
    this.#source.connect(this.#analyser);
    this.#samples = new Float32Array(this.#analyser.fftSize);
  }

  end(): void {
    this.#source?.disconnect();
    this.#source = undefined;
    this.#analyser = undefined;
    void this.#context?.suspend();
  }

  /** From 0, which is -60 dB and below, to 1. */
  now(): number {
    this.#analyser?.getFloatTimeDomainData(this.#samples);
    return this.#analyser ? loudness(this.#samples) : 0;
  }
}
