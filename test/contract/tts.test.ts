import { installAsterisk } from '../../src/asterisk/install.ts';
import { Espeak } from '../../src/speech/tts/espeak.ts';
import { FakeTts } from '../support/fake-tts.ts';
import { ttsContract } from '../support/tts-contract.ts';

ttsContract('the engine of the tests', async () => new FakeTts('hum'));
ttsContract('espeak-ng', async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  return new Espeak();
});
