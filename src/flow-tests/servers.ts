import type { Reply as ServerReply } from '../simulator/web.ts';
import type { Reply } from './grammar.ts';
import { isTo } from './like.ts';

/** Other people's servers, as a test says what they answer. */
export class Servers {
  readonly #layers: readonly (readonly Reply[])[];
  readonly #given = new Set<Reply>();

  /** The first layer that has anything for a request answers it. */
  constructor(layers: readonly (readonly Reply[])[]) {
    this.#layers = layers;
  }

  /** Of several that are for it each answers once, in their order, and the last one from then on. Nothing: there is none. */
  answer(request: { readonly method: string; readonly url: string }): ServerReply | undefined {
    for (const layer of this.#layers) {
      const all = layer.filter(({ to }) => isTo(to, request));
      const reply = all.find((each) => !this.#given.has(each)) ?? all.at(-1);
      if (!reply) continue;
      this.#given.add(reply);
      return serverReply(reply);
    }
    return undefined;
  }
}

/** Longer than any request waits. */
const never = 3_600_000;

function serverReply({ json, text = '', status = 200, after, fails }: Reply): ServerReply {
  if (fails === 'timeout') return { delay: never };
  if (fails === 'connection') return { failure: 'unreachable', delay: after };
  const isJson = json !== undefined;
  const headers = { 'content-type': isJson ? 'application/json' : 'text/plain' };
  return { status, headers, body: isJson ? JSON.stringify(json) : text, delay: after };
}
