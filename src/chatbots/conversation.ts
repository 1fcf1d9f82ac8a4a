import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import { ActionError, LifetimeEnded } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import type { Chatbot } from '../ports/chatbots.ts';
import type { HearingRequest } from '../ports/hearing.ts';
import type { Ports } from '../ports/ports.ts';
import type { SpeechRequest } from '../ports/speech.ts';
import type { ToolCall } from './answer-pieces.ts';
import { ask } from './ask.ts';
import { Caller } from './caller.ts';
import { History, type Message } from './history.ts';
import { callBegins, instructionsFor, nothingSaid } from './instructions.ts';
import { Sentences } from './sentences.ts';
import { SpokenAnswer } from './spoken-answer.ts';
import { type Order, orderIn, toolsOf } from './tools.ts';

/** How far a conversation has come. */
export interface Progress {
  readonly history: readonly Message[];
  /** How often the caller has said something. */
  readonly turns: number;
}

export interface ConversationOptions {
  readonly call: Call;
  readonly chatbot: Chatbot;
  readonly ports: Pick<Ports, 'http' | 'speech' | 'hearing' | 'audio'>;
  readonly hearing: HearingRequest;
  readonly voice: Omit<SpeechRequest, 'text'>;
  /** The names of where it may send the caller. */
  readonly targets: readonly string[];
  readonly id: IdOf;
  /** Written down at each step: what is in it was said. */
  readonly keep: (progress: Progress) => void;
  readonly scope: Scope;
}

const interrupted = new LifetimeEnded('the caller speaks');
const answered = new LifetimeEnded('the answer is over');

/** A talk of a caller with a chatbot, which speaks first. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #history = new History();
  #turns = 0;
  #answers = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  get turns(): number {
    return this.#turns;
  }

  /**
   * Goes on until the chatbot ends it. @throws ActionError why one does not hear or answer the other; the scope's reason
   */
  async run(): Promise<Order> {
    const caller = await Caller.listenTo(this.#options);
    this.#history.add('user', callBegins);
    for (;;) {
      const outcome = await this.#answer(caller);
      if (typeof outcome !== 'string') return outcome;
      this.#history.add('user', await caller.turn(outcome === 'interrupted'));
      this.#turns++;
      this.#keep();
    }
  }

  /** An answer that is none is asked for once more: models lose the thread. */
  async #answer(caller: Caller): Promise<Order | 'heard' | 'interrupted'> {
    for (let isAgain = false; ; isAgain = true) {
      const outcome = await this.#oneAnswer(caller);
      if (outcome !== 'silent') return outcome;
      if (isAgain) throw new ActionError('CHATBOT_SILENT', 'the chatbot says nothing');
      this.#history.add('user', nothingSaid(this.#options.targets));
    }
  }

  async #oneAnswer(caller: Caller): Promise<Order | 'heard' | 'interrupted' | 'silent'> {
    if (caller.hasSpoken) return 'interrupted';
    const { scope, targets } = this.#options;
    const answering = scope.child();
    const spoken = this.#newAnswer(answering.signal);
    using _ = caller.onSign((sign) => {
      // A sound interrupts only what is being heard: it may be the end of what he said before.
      if (sign !== 'voice' || spoken.isBeingHeard) void answering.close(interrupted);
    });
    try {
      const [calls] = await Promise.all([this.#ask(spoken, answering.signal), spoken.speak()]);
      return orderIn(calls, targets) ?? (spoken.isEmpty ? 'silent' : 'heard');
    } catch (error) {
      if (answering.signal.reason !== interrupted) throw error;
      return 'interrupted';
    } finally {
      await answering.close(answered);
      this.#history.add('assistant', spoken.heard);
      this.#keep();
    }
  }

  #newAnswer(signal: AbortSignal): SpokenAnswer {
    const { call, ports, voice, id } = this.#options;
    const number = ++this.#answers;
    return new SpokenAnswer({
      ...{ call, speech: ports.speech, voice, signal },
      id: (kind, ...key) => id(kind, number, ...key),
    });
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
      return calls;
    } catch (error) {
      spoken.end({ error });
      return [];
    }
  }

  #keep(): void {
    this.#options.keep({ history: this.#history.messages, turns: this.#turns });
  }
}
