export interface MediaPort {
  /**
   * Fetches WAV or MP3, where users' URLs may lead, as a file Asterisk can play and resolves to its media URI.
   * @throws ActionError why it cannot be heard; the signal's reason.
   */
  fetch(url: string, signal: AbortSignal): Promise<string>;
}
