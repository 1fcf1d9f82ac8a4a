/** A prompt to be spoken. */
export interface SpeechRequest {
  /** Plain text, or SSML with a `<speak>` root. */
  readonly text: string;
  /** BCP 47 or two letters. */
  readonly language: string;
  readonly provider?: string | undefined;
  /** The provider's own name of a voice. */
  readonly voice?: string | undefined;
  readonly gender?: 'male' | 'female' | 'neutral' | undefined;
}

/** Is this text meant as SSML? */
export function isSsml(text: string): boolean {
  return /^\s*<speak[\s>/]/.test(text);
}

/** What actions use of the rest of the daemon: small, built in `daemon.ts`, faked in tests. */
export interface Services {
  readonly speech: {
    /**
     * Speaks a text into a file Asterisk can play and resolves to its media URI.
     * @throws ActionError `INVALID_TEXT`, `UNKNOWN_LANGUAGE` or `SPEECH_FAILED`.
     */
    prompt(request: SpeechRequest, signal: AbortSignal): Promise<string>;
  };
}
