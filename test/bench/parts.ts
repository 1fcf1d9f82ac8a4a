import { startTestAsterisk } from '../support/asterisk.ts';
import { benchCalls } from './calls.ts';
import { benchChanges } from './changes.ts';
import { benchChatbot } from './chatbot.ts';
import { benchEngine } from './engine.ts';
import { benchFlows } from './flows.ts';
import { benchMemory } from './memory.ts';
import { benchOutbox } from './outbox.ts';
import { benchStart } from './start.ts';
import { benchTranscribes } from './transcribes.ts';
import { benchTransports } from './transports.ts';

/** `npm run bench -- --parts`: parts of the daemon, one by one, as ratios against a peer in the same run. */
export async function benchParts(): Promise<void> {
  {
    await using asterisk = await startTestAsterisk();
    await benchTransports(asterisk);
  }
  await benchStart();
  await benchMemory();
  await benchCalls();
  await benchEngine();
  await benchFlows();
  await benchChanges();
  await benchOutbox();
  await benchChatbot();
  await benchTranscribes();
}
