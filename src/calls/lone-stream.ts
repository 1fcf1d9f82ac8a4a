import { orAbort } from '../core/wait.ts';
import { Bridge } from './bridge.ts';
import type { Call } from './call.ts';
import type { Remedy } from './incoming-stream.ts';
import { isTranslated } from './stream-source.ts';

/**
 * What helps a call that is in no bridge. Of a phone that was called and answered in another format than the first one it was
 * offered, Asterisk translates all that it reads: for snoops, and before them. Only in a bridge it takes another translator. What
 * the call is to hear is heard to its end first; it would be cut off. `undefined` where nothing is translated.
 */
export async function remedyAlone(call: Call, signal: AbortSignal): Promise<Remedy | undefined> {
  if (!(await isTranslated(call.ari, call.channelId, signal))) return undefined;
  const place = call.prompts.enter();
  try {
    await orAbort(place.turn, signal);
  } catch (error) {
    place[Symbol.dispose]();
    throw error;
  }
  return {
    renew: (_, meanwhile) => visitBridge(call, meanwhile, signal),
    [Symbol.dispose]: () => place[Symbol.dispose](),
  };
}

async function visitBridge(call: Call, meanwhile: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const scope = call.scope.child();
  try {
    const bridge = await Bridge.open({ ari: call.ari, id: call.resourceId('bridge'), scope });
    await bridge.visit(call, meanwhile, signal);
  } finally {
    await scope.close();
  }
}
