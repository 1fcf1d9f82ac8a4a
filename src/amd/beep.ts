import type { Call } from '../calls/call.ts';
import { listen, type ReceiveAudio } from '../calls/listening.ts';
import type { Scope } from '../core/scope.ts';
import { BeepDetector } from './beep-detector.ts';

/**
 * Listens to a call's party until the scope closes; resolves when a beep has been heard to its end, if ever one is.
 * @throws ActionError `LISTEN_FAILED`, `BRIDGE_FAILED`
 */
export async function hearBeep(call: Call, receive: ReceiveAudio, scope: Scope): Promise<void> {
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const detector = new BeepDetector();
  const onAudio = (samples: Int16Array): void => {
    if (detector.hear(samples)) resolve();
  };
  await listen(call, { scope, receive, onAudio });
  await heard;
}
