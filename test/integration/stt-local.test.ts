import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installAsterisk } from '../../src/asterisk/install.ts';
import { Pocketsphinx } from '../../src/hearing/local/pocketsphinx.ts';
import { sequence } from '../support/greetings.ts';
import { onTelephone } from '../support/spoken-set.ts';
import { sttContract } from '../support/stt-contract.ts';

/** What it understands of this voice to the letter. */
const numbers = ['4 7', '9', '1 5 3 0'];

sttContract('local, with pocketsphinx', async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  const folder = await mkdtemp(join(tmpdir(), 'ariflow-hearing-'));
  const phrases = numbers.map(async (text) => {
    const said = await onTelephone({ text, spoken: text, hints: [] }, 'flite:rms');
    // The pause before it goes: times are counted from where it begins.
    return { text, samples: sequence(said.subarray(5_600)) };
  });
  return {
    engine: new Pocketsphinx({ folder }),
    request: { language: 'en-US', hints: [...'0123456789'] },
    phrases: await Promise.all(phrases),
    knowsLanguages: true,
    tolerance: 400,
    release: () => rm(folder, { recursive: true, force: true }),
  };
});
