import * as z from 'zod';
import { now } from '../core/clock.ts';
import { within } from '../core/wait.ts';
import type { CallActionContext } from '../flows/action.ts';
import type { HearingRequest } from '../ports/hearing.ts';
import type { SpeechRequest } from '../ports/speech.ts';
import { Conversation, progress as conversationProgress } from './conversation.ts';
import type { Order } from './tools.ts';

/** What a chatbot calls a place that it may send the caller to. */
export const targetName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 of A-Z a-z 0-9 _ - as a name');

export interface TalkOptions {
  readonly chatbotId: string;
  readonly voice: Omit<SpeechRequest, 'text' | 'voice'>;
  readonly hearing: HearingRequest;
  readonly targets: readonly string[];
  /** 0: no limit. */
  readonly seconds: number;
}

type Context = Pick<CallActionContext, 'call' | 'id' | 'ports' | 'variables' | 'scope' | 'keep' | 'left'>;

/** Longer than any call may last, in milliseconds. */
const forEver = 2_147_483_647;

/** What is written down of a talk: when it is over, and how far it has come. */
const progress = conversationProgress.extend({ end: z.number() });

/**
 * Lets the caller talk with a chatbot; resolves to the target that it has chosen, if it has.
 * @throws ActionError why they cannot talk, or not any longer; the scope's reason
 */
export async function talkWith(context: Context, options: TalkOptions): Promise<string | undefined> {
  const { call, id, ports, variables } = context;
  const { chatbotId, voice, hearing, targets, seconds } = options;
  variables.note({
    'voipbin.chatbot.id': chatbotId,
    'voipbin.chatbot.result': 'failed',
    'voipbin.chatbot.turns': '0',
    'voipbin.chatbot.target': '',
  });
  const left = context.left(progress);
  const end = left?.end ?? now() + (seconds === 0 ? forEver : seconds * 1_000);
  const chatbot = await ports.chatbots.get(chatbotId);
  const scope = context.scope.child();
  if (!left) context.keep({ end, history: [], turns: 0, answers: 0 });
  const conversation = new Conversation({
    ...{ call, chatbot, ports, hearing, targets, id, scope },
    left,
    keep: (talk) => context.keep({ end, ...talk }),
    voice: { ...voice, voice: chatbot.voice || undefined },
  });
  const talking = conversation.run();
  try {
    const order: Order | undefined = await within(talking, end - now(), context.scope.signal);
    variables.note({ 'voipbin.chatbot.result': order?.result ?? 'duration' });
    if (order?.result !== 'target') return undefined;
    variables.note({ 'voipbin.chatbot.target': order.target });
    return order.target;
  } finally {
    await scope.close();
    await talking.catch(() => undefined); // what it said last is still being stopped
    variables.note({ 'voipbin.chatbot.turns': String(conversation.turns) });
  }
}
