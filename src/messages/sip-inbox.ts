import { type Address, anonymous, displayName, telAddress } from '../calls/address.ts';
import { oneLine, userPart } from '../calls/one-line.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { ArrivedMessage, Inbox } from './inbox.ts';

/** The contexts of the dialplan that a MESSAGE comes in by, and what that says of who has sent it. */
const contexts: Readonly<Record<string, Address['type']>> = {
  // It has shown its password, and its number is its name.
  'ariflow-phone-messages': 'extension',
  'ariflow-trunk-messages': 'tel',
};

/** What comes in by SIP, as the dialplan hands it over: words in base64, lest a comma or a quotation mark of anybody's end one. */
export class SipInbox {
  readonly #inbox: Pick<Inbox, 'receive'>;
  readonly #onRefused: (code: string) => void;
  readonly #log: Log;

  constructor(
    inbox: Pick<Inbox, 'receive'>,
    { log, onRefused }: { readonly log: Log; readonly onRefused: (code: string) => void },
  ) {
    this.#inbox = inbox;
    this.#log = log;
    this.#onRefused = onRefused;
  }

  /** Resolves when it is stored, or refused: its sender was told by Asterisk that it is taken, and hears no more. */
  async receive(words: readonly string[]): Promise<void> {
    try {
      await this.#inbox.receive(arrivedBy(words));
    } catch (error) {
      const code = error instanceof ActionError ? error.code : 'INTERNAL';
      this.#onRefused(code);
      if (code === 'INTERNAL') this.#log.error({ error: messageOf(error) }, 'message_not_received');
      else this.#log.info({ code }, 'message_refused');
    }
  }
}

/** The words of the dialplan: its context, the number, From, where it came from, Call-ID, CSeq, our id if it is one of ours, the text. */
export function arrivedBy([context = '', ...encoded]: readonly string[]): ArrivedMessage {
  const [number = '', from = '', place = '', ...rest] = encoded.map(decoded);
  const [callId = '', sequence = '', sentAs = '', text = ''] = rest;
  return {
    source: sourceOf(from, place, contexts[context] ?? 'sip'),
    destination: telAddress(userPart(number)),
    text,
    reference: callId === '' ? '' : `${callId} ${sequence}`,
    sentAs,
  };
}

/** A dot stands in front: the dialplan encodes no empty text. */
function decoded(word: string): string {
  return Buffer.from(word, 'base64').toString().slice(1);
}

/** `"Ada \"L\"" <sip:ada@pbx>`, as somebody who can be answered: From has no port, and often no host, where he is. */
function sourceOf(from: string, place: string, type: Address['type']): Address {
  const [, quoted, bare = '', uri = from] =
    /^\s*(?:"((?:\\.|[^"\\])*)"|([^<"]*))\s*<([^>]*)>/s.exec(from) ?? [];
  const [, user = '', host = ''] = /^sips?:(?:([^@]*)@)?([^;?>]*)/i.exec(uri) ?? [];
  const name = oneLine(displayName(quoted ?? bare)).trim();
  const number =
    userPart(user)
      .replace(/[;:].*$/s, '')
      .trim() || anonymous;
  const target = type === 'sip' ? `${number}@${userPart(place || host)}` : number;
  return { ...telAddress(target, name.slice(0, 255)), type };
}
