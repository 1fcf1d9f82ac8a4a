/** What an engine is asked to say: one of `text` and `ssml`; `ssml` is a whole document of allowed elements only. */
export interface SynthesisRequest {
  readonly text?: string;
  readonly ssml?: string;
  /** BCP 47, with a region where the language has one by default: `en-US`. */
  readonly language: string;
  /** The engine's own name of a voice; its default voice of the language where missing. */
  readonly voice?: string | undefined;
  readonly gender?: 'male' | 'female' | 'neutral' | undefined;
}

/** An engine that speaks. */
export interface Tts {
  /** As flows name it in `provider`. */
  readonly name: string;
  /** Whether somebody else speaks, over the network: he may be slow, or away, and is waited for so long and no longer. */
  readonly isRemote?: boolean;
  /** Whatever else of its configuration shapes the sound; what was spoken otherwise is spoken anew. */
  readonly manner?: string;
  /** Whether it can be asked at all: credentials, installed program. */
  isAvailable(): boolean;
  /** Why not, and what would change that. */
  readonly missing?: string | undefined;
  /**
   * Writes speech to `file`: WAV, 8 kHz, 16 bit, mono. On failure the file may hold anything.
   * @throws ActionError `UNKNOWN_LANGUAGE` (also of a text in letters it cannot read), `UNKNOWN_VOICE`, `INVALID_TEXT` (it takes no
   * such document) or `SPEECH_FAILED`; once the signal is aborted, its reason.
   */
  synthesize(request: SynthesisRequest, file: string, signal: AbortSignal): Promise<void>;
  /** Ends the connections it keeps. */
  close?(): Promise<void>;
}
