/** A chatbot: a chat server that speaks OpenAI's API, and what it is told of its task. */
export interface ChatbotRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly detail: string;
  /** What `/chat/completions` is put behind. */
  readonly url: string;
  readonly model: string;
  /** What it is told before all that is said. */
  readonly prompt: string;
  /** A voice by its provider's own name of it; empty: any. */
  readonly voice: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** The key of its server, under ours; empty where it has none. Never shown. */
  readonly sealed_key: string;
}

/** What a key is sealed for: a sealed one that is put elsewhere opens nothing, and goes to no other server. */
export function ownerOf({ id, url }: Pick<ChatbotRecord, 'id' | 'url'>): string {
  return `chatbot ${id} ${new URL(url).origin}`;
}
