import type { Call } from '../calls/call.ts';
import { type ListeningOptions, listen } from '../calls/listening.ts';
import { BeepDetector } from './beep-detector.ts';

/**
 * Listens to a call's party until the scope closes; resolves when a beep has been heard to its end, if ever one is.
 * @throws ActionError `LISTEN_FAILED`, `BRIDGE_FAILED`
 */
export async function hearBeep(
  call: Call,
  listening: Pick<ListeningOptions, 'id' | 'scope' | 'receive'>,
): Promise<void> {
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const detector = new BeepDetector();
  const onAudio = (samples: Int16Array): void => {
    if (detector.hear(samples)) resolve();
  };
  await listen(call, { ...listening, what: 'amd', direction: 'in', onAudio });
  await heard;
}
