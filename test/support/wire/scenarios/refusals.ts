import type { WireTranscript } from '../transcript.ts';

/** What every route says to whoever asks wrongly. */
export async function refusals(wire: WireTranscript): Promise<void> {
  for (const { id, method, hasBody, needsToken } of wire.operations) {
    if (id === 'getMetrics') continue; // its figures are of the moment
    if (needsToken) await wire.ask(id, { token: '' });
    await wire.ask(id, { query: '?garbage=1' });
    if (hasBody) await wire.ask(id, { body: {} });
    if (method !== 'GET') await wire.ask(id, { body: { garbage: 1 } });
  }
}
