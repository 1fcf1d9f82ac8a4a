export interface MediaPort {
  /**
   * Makes what users name ready for Asterisk to play, and resolves to its media URI: WAV or MP3 where their URLs lead, their own
   * sounds, in this language as far as there is one; what Asterisk has by itself (`sound:`, `recording:`) stays as it is.
   * @throws ActionError why it cannot be heard; the signal's reason.
   */
  fetch(media: string, signal: AbortSignal, language?: string): Promise<string>;
}
