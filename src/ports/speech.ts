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

export interface SpeechPort {
  /**
   * Speaks a text into a file Asterisk can play and resolves to its media URI.
   * @throws ActionError `INVALID_TEXT`, `UNKNOWN_LANGUAGE`, `UNKNOWN_VOICE` or `SPEECH_FAILED`.
   */
  prompt(request: SpeechRequest, signal: AbortSignal): Promise<string>;
}

/** What is known of the engines that speak. */
export interface Voices {
  /** Whether a provider can be asked here: its credentials are there. */
  isAvailable(provider: string): boolean;
  /** Whose voice this is; `undefined` where its name does not say it. */
  providerOf(voice: string): string | undefined;
  /** Why nobody here speaks a language; `undefined` where somebody does, or that cannot be said. */
  languageProblem(language: string): string | undefined;
  /** Why nobody here has a voice; `undefined` where somebody does, or that cannot be said. A cloud's own it alone knows. */
  voiceProblem(voice: string, provider: string | undefined): string | undefined;
}

/** More text than this, in characters, is no prompt but hours of speech. */
export const longestSpeech = 5_000;

/** What may stand before the root of a document: blanks (a byte order mark is one), declarations and comments. */
const prolog = String.raw`\s*(?:(?:<\?(?:(?!\?>)[^])*\?>|<!--(?:(?!-->)[^])*-->)\s*)*`;
const startOfSsml = new RegExp(
  String.raw`^(?:${prolog}<(?:(?:[\w.-]+:)?speak[\s>/]|!(?:DOCTYPE|doctype)\s)|\s*<\?xml\s)`,
);

/** Is this text meant as SSML? Also where it is not allowed to be: markup is never read aloud. */
export function isSsml(text: string): boolean {
  return startOfSsml.test(text);
}
