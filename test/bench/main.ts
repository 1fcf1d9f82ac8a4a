/** `npm run bench`: speed, as ratios against a peer in the same run. The numbers of another machine, or minute, mean nothing. */
import { startTestAsterisk } from '../support/asterisk.ts';
import { benchCalls } from './calls.ts';
import { benchChanges } from './changes.ts';
import { benchChatbot } from './chatbot.ts';
import { benchFlows } from './flows.ts';
import { benchOutbox } from './outbox.ts';
import { benchStart } from './start.ts';
import { benchTranscribes } from './transcribes.ts';
import { benchTransports } from './transports.ts';

{
  await using asterisk = await startTestAsterisk();
  await benchTransports(asterisk);
}
await benchStart();
await benchCalls();
await benchFlows();
await benchChanges();
await benchOutbox();
await benchChatbot();
await benchTranscribes();
