import { wavTone } from '../../audio-files.ts';
import type { WireTranscript } from '../transcript.ts';

/** Sounds, and the flows that play them. */
export async function sounds(wire: WireTranscript): Promise<void> {
  const file = new Uint8Array(wavTone({ length: 10 }));
  const query = '?name=my/greeting&language=de';
  const { id } = await wire.ask('createSound', { query, file });
  await wire.ask('createSound', { query, file });
  await wire.ask('createSound', { query: '?name=../secret', file });
  await wire.ask('createSound', { query: '?name=page', file: new Uint8Array(Buffer.from('<html>')) });
  await wire.ask('getSound', { path: { id } });
  await wire.ask('getSoundAudio', { path: { id } });
  await wire.ask('updateSound', { path: { id }, body: { detail: 'for the door' } });
  await wire.ask('updateSound', { path: { id }, body: { name: 'other' } });
  await wire.ask('replaceSoundAudio', { path: { id }, file });
  await wire.ask('listSounds', { query: '?page_size=1' });
  const stream_urls = ['sound:my/greeting', 'sound:missing'];
  const actions = [{ id: 'play', type: 'play', option: { stream_urls } }];
  wire.asterisk.missingSounds.add('sound:missing');
  await wire.ask('validateFlow', { body: { actions } });
  const flow = await wire.ask('createFlow', { body: { name: 'play', actions } });
  await wire.ask('deleteSound', { path: { id } });
  await wire.ask('deleteFlow', { path: { id: flow.id } });
  await wire.ask('deleteSound', { path: { id } });
  await wire.quiet();
}
