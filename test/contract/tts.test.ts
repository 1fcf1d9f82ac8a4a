import { FakeTts } from '../support/fake-tts.ts';
import { ttsContract } from '../support/tts-contract.ts';

ttsContract('the engine of the tests', async () => new FakeTts('hum'));
