import { installAsterisk } from '../../src/asterisk/install.ts';
import { Espeak } from '../../src/speech/tts/espeak.ts';
import { ttsContract } from '../support/tts-contract.ts';

ttsContract('espeak-ng', async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  return new Espeak();
});
