/** A chatbot as whoever talks with it needs it. */
export interface Chatbot {
  readonly id: string;
  /** What `/chat/completions` is put behind. */
  readonly url: string;
  readonly model: string;
  readonly prompt: string;
  /** Empty: any. */
  readonly voice: string;
  /** Of its server; empty where it has none. */
  readonly apiKey: string;
}

export interface ChatbotsPort {
  /** @throws ActionError `NOT_FOUND`, or `CHATBOT_KEY_UNREADABLE` */
  get(id: string): Promise<Chatbot>;
}
