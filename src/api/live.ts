import type { Services } from './services.ts';

const maxWait = 500;

/** What happened before the request is in the store afterwards. A store that cannot write is read as it is. */
export async function settled({ recorder }: Services): Promise<void> {
  await recorder.flush(AbortSignal.timeout(maxWait)).catch(() => undefined);
}
