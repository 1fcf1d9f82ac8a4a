import { ChatServer, says } from '../support/chat-server.ts';
import { GoogleSttServer } from '../support/google-stt-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { sayNumbers } from '../support/spoken-numbers.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

const turns = 10;
const long =
  'I could go on and on about this, and about all that comes with it, for a very long time, without an end.';

/** How soon a chatbot is heard behind a caller's sentence, and how soon it stops when he speaks into that. */
export async function benchChatbot(): Promise<void> {
  await using stt = await GoogleSttServer.open();
  await using server = await ChatServer.open();
  await using system = await System.start({ env: { ARIFLOW_STT_GOOGLE_ENDPOINT: stt.url } });
  let count = 0;
  server.answers(() => says(`Answer ${++count}. ${long}`));
  const { body } = await system.api.post<{ id: string }>('/v1.0/chatbots', { url: server.url });
  await system.flowOn('chat', [
    { type: 'chatbot_talk', option: { chatbot_id: body.id, stt_provider: 'gcp' } },
  ]);
  const call = await (await system.caller()).call('chat');
  await call.answered;
  await sound(call, 0);
  const [answered, stopped]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    const began = wallTime();
    await call.play(sayNumbers(turn, turn + 20, turn + 40));
    const spoken = wallTime() - 600; // the pause behind a sentence
    const asked = server.requests.length;
    await until(() => server.requests.length > asked || server.lastWords.endsWith(`w${turn + 40}`), {
      timeout: 10_000,
    });
    stopped.push((call.heard.sounds(began).findLast(({ from }) => from < spoken)?.to ?? began) - began);
    answered.push((await sound(call, spoken)) - spoken);
    await until(() => wallTime() - spoken > 2_500);
  }
  await call.bye();
  const ms = (times: readonly number[]): string =>
    `${Math.round(times.toSorted((a, b) => a - b)[turns / 2] ?? 0)} ms, at most ${Math.round(Math.max(...times))} ms`;
  console.log(
    `chatbot: first audio ${ms(answered)} behind the sentence; silent ${ms(stopped)} behind his first word`,
  );
}

async function sound(call: OutgoingCall, after: number): Promise<number> {
  await until(() => call.heard.firstSoundAt(after) !== undefined, { timeout: 15_000 });
  return call.heard.firstSoundAt(after) ?? 0;
}
