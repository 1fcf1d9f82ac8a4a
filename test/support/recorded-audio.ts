import { loadSecrets } from '../../src/config/secrets.ts';
import type { System } from './system.ts';
import { readWav } from './wav.ts';

/** The channels of a recording, as the API gives its file. */
export async function recordedAudio(
  { asterisk, daemon }: System,
  id: string,
): Promise<readonly Int16Array[]> {
  const authorization = `Bearer ${loadSecrets(asterisk.dataDir).api_token}`;
  const response = await fetch(`${daemon.url}/v1.0/recordingfiles/${id}`, { headers: { authorization } });
  return readWav(Buffer.from(await response.arrayBuffer())).channels;
}
