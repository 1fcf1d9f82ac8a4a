import { type Handlers, refused, type SimulatedRequest } from './request.ts';

/** A SIP MESSAGE that Asterisk was to send. */
export interface SentText {
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A SIP MESSAGE that comes in. */
export interface ArrivingText {
  readonly text: string;
  /** The number it is for. */
  readonly number?: string;
  /** As From has it. */
  readonly from?: string;
  /** Where it came from. */
  readonly address?: string;
  readonly callId?: string;
  /** `X-Message-ID` of it. */
  readonly sentAs?: string;
  readonly context?: string;
}

/** The text messages that Asterisk sends: to endpoints that it has. */
export class SimulatedTexts {
  readonly sent: SentText[] = [];
  readonly #has: (endpoint: string) => boolean;

  constructor(has: (endpoint: string) => boolean) {
    this.#has = has;
  }

  readonly handlers: Handlers = {
    'endpoints.sendMessage': ({ query, body }: SimulatedRequest) => {
      const { to = '', from = '' } = query;
      const endpoint = /^pjsip:([^/@]+)/.exec(to)?.[1] ?? '';
      if (!this.#has(endpoint)) return refused(404, 'Endpoint not found');
      const { body: text, variables } = body as { body: string; variables: Record<string, string> };
      this.sent.push({ to, from, body: text, headers: variables });
      return { status: 202 };
    },
  };
}

/** The words in which the dialplan hands a message over. */
export function wordsOf({
  text,
  number = '5000',
  from = '<sip:ada@192.0.2.1:5070>',
  address = '',
  callId = '',
  sentAs = '',
  context = 'ariflow-messages',
}: ArrivingText): string[] {
  const words = [number, from, address, callId, callId === '' ? '' : '1 MESSAGE', sentAs, text];
  return [context, ...words.map((word) => Buffer.from(`.${word}`).toString('base64'))];
}
