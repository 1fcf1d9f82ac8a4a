import * as z from 'zod';
import { isSsml, longestSpeech } from '../ports/speech.ts';
import { escapeXml } from '../speech/escape-xml.ts';

/** What is said where nobody has written anything else, by what it is for; `{…}` stands for what it tells of. */
export const phrases = {
  greeting: 'Please leave a message after the tone.',
  full: 'This mailbox is full.',
  pin: 'Please enter your PIN, followed by the hash key.',
  wrong_pin: 'This PIN is not right.',
  locked: 'This mailbox cannot be opened.',
  summary: 'You have {new} new and {saved} saved messages.',
  new_message: 'New message from {source}.',
  saved_message: 'Saved message from {source}.',
  menu: 'To hear it again, press 1. To save it, press 2. To delete it, press 3. For the next one, press the hash key. To end, press star.',
  saved: 'Saved.',
  deleted: 'Deleted.',
  no_more: 'There are no more messages.',
} as const;

export type Phrase = keyof typeof phrases;

export type Texts = { readonly [P in Phrase]?: string | undefined };

/** Other words for some of them. */
export function textsOf<P extends Phrase>(...names: readonly P[]) {
  const text = (name: P) =>
    z
      .string()
      .min(1)
      .max(longestSpeech)
      .optional()
      .meta({ description: `in place of "${phrases[name]}"`, examples: [phrases[name]] });
  const shape = Object.fromEntries(names.map((name) => [name, text(name)])) as Record<
    P,
    ReturnType<typeof text>
  >;
  return z
    .strictObject(shape)
    .optional()
    .meta({ description: 'other words for what is said', examples: [{}] });
}

/** The words for something, with the values of what they tell of. */
export function worded(
  texts: Texts | undefined,
  phrase: Phrase,
  values: Readonly<Record<string, string>> = {},
): string {
  const text = texts?.[phrase] ?? phrases[phrase];
  return text.replace(/\{([a-z]+)\}/g, (all, name: string) => {
    const value = values[name] ?? all;
    // What a caller calls himself makes no SSML of a text that begins with it.
    return isSsml(text) ? escapeXml(value) : value.replace(/[<>]/g, ' ');
  });
}
