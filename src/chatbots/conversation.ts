import * as z from 'zod';
import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import { ActionError, LifetimeEnded } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import type { Chatbot } from '../ports/chatbots.ts';
import type { HearingRequest } from '../ports/hearing.ts';
import type { Ports } from '../ports/ports.ts';
import type { SpeechRequest } from '../ports/speech.ts';
import { type ToolCall, toolCall } from './answer-pieces.ts';
import { ask } from './ask.ts';
import { Caller } from './caller.ts';
import { History, message } from './history.ts';
import { callBegins, cutOff, instructionsFor, nothingSaid } from './instructions.ts';
import { Sentences } from './sentences.ts';
import { type LeftAnswer, leftAnswer, SpokenAnswer } from './spoken-answer.ts';
import { type Order, orderIn, toolsOf } from './tools.ts';

/** How far a conversation has come: what is in its history was heard. */
export const progress = z.object({
  history: z.array(message).readonly(),
  /** How often the caller has said something. */
  turns: z.int(),
  /** How many answers were begun. */
  answers: z.int(),
  /** The one that is being heard, and what the chatbot wants to be done behind it, once it has said all of it. */
  answer: leftAnswer.extend({ calls: z.array(toolCall).readonly().optional() }).optional(),
});

export type Progress = z.output<typeof progress>;

export interface ConversationOptions {
  readonly call: Call;
  readonly chatbot: Chatbot;
  readonly ports: Pick<Ports, 'http' | 'speech' | 'hearing' | 'audio'>;
  readonly hearing: HearingRequest;
  readonly voice: Omit<SpeechRequest, 'text'>;
  /** The names of where it may send the caller. */
  readonly targets: readonly string[];
  readonly id: IdOf;
  /** Of one that a daemon which died has begun. */
  readonly left: Progress | undefined;
  /** Written down at each step. */
  readonly keep: (progress: Progress) => void;
  readonly scope: Scope;
}

const interrupted = new LifetimeEnded('the caller speaks');
const answered = new LifetimeEnded('the answer is over');

/** A talk of a caller with a chatbot, which speaks first. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #history: History;
  #turns: number;
  #answers: number;
  /** What the chatbot wants to be done behind its answer, once it has said so. */
  #calls: readonly ToolCall[] | undefined;
  /** The answer that is to be gone on with. */
  #left: Progress['answer'];

  constructor(options: ConversationOptions) {
    const { history, turns = 0, answers = 0, answer } = options.left ?? {};
    this.#options = options;
    this.#history = new History(history);
    this.#turns = turns;
    this.#answers = answers;
    this.#left = answer;
  }

  get turns(): number {
    return this.#turns;
  }

  /**
   * Goes on until the chatbot ends it. @throws ActionError why one does not hear or answer the other; the scope's reason
   */
  async run(): Promise<Order> {
    const caller = await Caller.listenTo(this.#options);
    if (!this.#history.last) this.#history.add('user', callBegins);
    for (;;) {
      // Begun again it may have been his turn.
      const isHis = this.#history.last === 'assistant' && !this.#left;
      const outcome = isHis ? 'heard' : await this.#answer(caller);
      if (typeof outcome !== 'string') return outcome;
      this.#history.add('user', await caller.turn(outcome === 'interrupted'));
      this.#turns++;
      this.#keep();
    }
  }

  /** An answer that is none is asked for once more: models lose the thread. */
  async #answer(caller: Caller): Promise<Order | 'heard' | 'interrupted'> {
    for (let isAgain = false; ; ) {
      const outcome = await this.#oneAnswer(caller);
      if (outcome === 'cut off') this.#history.add('user', cutOff);
      else if (outcome !== 'silent') return outcome;
      else if (isAgain) throw new ActionError('CHATBOT_SILENT', 'the chatbot says nothing');
      else {
        isAgain = true;
        this.#history.add('user', nothingSaid(this.#options.targets));
      }
    }
  }

  async #oneAnswer(caller: Caller): Promise<Order | 'heard' | 'interrupted' | 'silent' | 'cut off'> {
    const left = this.#left;
    this.#left = undefined;
    if (caller.hasSpoken && !left) return 'interrupted';
    const { scope, targets } = this.#options;
    const answering = scope.child();
    const spoken = this.#newAnswer(answering.signal, left);
    using _ = caller.onSign((sign) => {
      // A sound interrupts only what is being heard: it may be the end of what he said before.
      if (sign !== 'voice' || spoken.isBeingHeard) void answering.close(interrupted);
    });
    if (caller.hasSpoken) void answering.close(interrupted);
    try {
      const asking = left ? this.#goOn(spoken, left) : this.#ask(spoken, answering.signal);
      const [calls] = await Promise.all([asking, spoken.speak()]);
      if (!calls) return 'cut off';
      return orderIn(calls, targets) ?? (spoken.isEmpty ? 'silent' : 'heard');
    } catch (error) {
      if (answering.signal.reason !== interrupted) throw error;
      return 'interrupted';
    } finally {
      await answering.close(answered);
      this.#calls = undefined;
      this.#history.add('assistant', spoken.heard);
      this.#keep();
    }
  }

  #newAnswer(signal: AbortSignal, left: LeftAnswer | undefined): SpokenAnswer {
    const { call, ports, voice, id } = this.#options;
    if (!left) this.#answers++;
    const number = this.#answers;
    const spoken: SpokenAnswer = new SpokenAnswer({
      ...{ call, speech: ports.speech, voice, left, signal },
      id: (kind, ...key) => id(kind, number, ...key),
      onSentence: () => this.#keep(spoken),
    });
    return spoken;
  }

  /** What had come of an answer is spoken to its end; nothing where there is more of it that is lost. */
  async #goOn(
    spoken: SpokenAnswer,
    { calls }: NonNullable<Progress['answer']>,
  ): Promise<readonly ToolCall[] | undefined> {
    this.#calls = calls;
    spoken.end();
    return calls;
  }

  /** What of it has come is spoken all the same where it breaks off. */
  async #ask(spoken: SpokenAnswer, signal: AbortSignal): Promise<readonly ToolCall[]> {
    const { chatbot, ports, targets, voice } = this.#options;
    const sentences = new Sentences();
    const question = {
      instructions: instructionsFor(chatbot.prompt, voice.language),
      history: this.#history.messages,
      tools: toolsOf(targets),
    };
    const onText = (text: string): void => spoken.add(sentences.push(text));
    try {
      const calls = await ask(chatbot, question, { http: ports.http, onText, signal });
      spoken.add(sentences.end());
      spoken.end();
      this.#calls = calls;
      this.#keep(spoken);
      return calls;
    } catch (error) {
      spoken.end({ error });
      return [];
    }
  }

  /** With the answer that is being heard, where one is. */
  #keep(spoken?: SpokenAnswer): void {
    this.#options.keep({
      history: this.#history.messages,
      turns: this.#turns,
      answers: this.#answers,
      ...(spoken && { answer: { ...spoken.state, calls: this.#calls } }),
    });
  }
}
