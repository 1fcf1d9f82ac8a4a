import { Agent } from 'undici';
import { HeadOnly } from '../../../../src/http/head-only.ts';

/**
 * Posts texts to an endpoint, those of one call one after the other, and does nothing beside it: no signature, no second try, nothing written
 * down. The floor of whoever delivers what happens to a call.
 */
export function postInOrder(endpoint: string): (call: string, text: string) => void {
  const { origin, pathname } = new URL(endpoint);
  const agent = new Agent({ connections: 50 });
  const headers = { 'content-type': 'application/json' };
  const last = new Map<string, Promise<void>>();

  async function post(before: Promise<void> | undefined, body: string): Promise<void> {
    await before;
    const handler = new HeadOnly();
    agent.dispatch({ origin, path: pathname, method: 'POST', headers, body }, handler);
    const { status } = await handler.head;
    if (status !== 200) console.error(`the endpoint said ${status}`);
  }

  return (call, text) => {
    const posted = post(last.get(call), text);
    last.set(call, posted);
    void posted
      .catch((error: unknown) => console.error(String(error)))
      .then(() => {
        if (last.get(call) === posted) last.delete(call);
      });
  };
}
