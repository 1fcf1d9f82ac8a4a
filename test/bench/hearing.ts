import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pocketsphinx } from '../../src/hearing/local/pocketsphinx.ts';
import {
  espeakVoices,
  fliteVoices,
  heardBy,
  onTelephone,
  type SpokenItem,
  spokenSet,
} from '../support/spoken-set.ts';

/** Of which the rates stand in docs/hearing-local.md: what the local engine understands of the test set, by its parts and voices. */
export async function benchHearing(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ariflow-hearing-'));
  const engine = new Pocketsphinx({ folder });
  try {
    for (const [part, items] of Object.entries(spokenSet))
      for (const voices of [fliteVoices, espeakVoices]) await rate(engine, { part, items, voices });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function rate(
  engine: Pocketsphinx,
  { part, items, voices }: { part: string; items: readonly SpokenItem[]; voices: readonly string[] },
): Promise<void> {
  let audioMs = 0;
  const began = performance.now();
  const results: { voice: string; isRight: boolean; wrong: string }[] = [];
  for (const voice of voices)
    for (const item of items) {
      const audio = await onTelephone(item, voice);
      audioMs += audio.length / 8;
      const heard = await heardBy(engine, item.hints, audio);
      results.push({ voice, isRight: heard === item.text, wrong: `${item.text}: ${heard || 'nothing'}` });
    }
  const took = performance.now() - began;
  const right = results.filter(({ isRight }) => isRight).length;
  const byVoice = voices.map((voice) => {
    const of = results.filter((result) => result.voice === voice);
    return `${voice} ${of.filter(({ isRight }) => isRight).length}/${of.length}`;
  });
  console.log(
    `hearing, ${part}: ${right} of ${results.length} right (${byVoice.join(', ')}), ${(took / audioMs).toFixed(2)} s a second of audio`,
  );
  for (const { voice, isRight, wrong } of results) if (!isRight) console.log(`  ${voice}: ${wrong}`);
}

if (import.meta.main) await benchHearing();
