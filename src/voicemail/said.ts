import { isMedia } from '../calls/media-uri.ts';
import type { SaidText } from '../flows/action.ts';
import { fixedText, objectIn, type WrittenOption } from '../flows/written.ts';
import type { Mailbox, MailboxesPort } from '../ports/voicemail.ts';
import { type Phrase, type Texts, worded } from './phrases.ts';
import { usualReview } from './review.ts';

/** What whoever leaves word is told. @throws ActionError `NOT_FOUND` */
export async function saidOnLeaving(
  option: WrittenOption,
  mailboxes: MailboxesPort,
): Promise<readonly SaidText[]> {
  const { mailbox, say, usual } = await telling(option, mailboxes);
  const { review } = option;
  return [
    ...greetingOf(option, mailbox).map((text) => say('greeting', text)),
    usual('full'),
    ...(review === undefined ? [] : [say('review.text', objectIn(review).text ?? usualReview)]),
  ];
}

/** What whoever hears his messages is told. @throws ActionError `NOT_FOUND` */
export async function saidOnListening(
  option: WrittenOption,
  mailboxes: MailboxesPort,
): Promise<readonly SaidText[]> {
  const { mailbox, usual } = await telling(option, mailboxes);
  const pins =
    mailbox?.has_pin === false
      ? [usual('locked')]
      : [usual('pin'), usual('wrong_pin', 'pin'), usual('wrong_pin'), usual('locked')];
  const told = (
    ['summary', 'new_message', 'saved_message', 'menu', 'saved', 'deleted', 'no_more'] as const
  ).map((phrase) => usual(phrase));
  return [...(option.ask_pin === false ? [] : pins), ...told];
}

/** How something is told of a mailbox, which is not known where a variable says which. */
async function telling(option: WrittenOption, mailboxes: MailboxesPort) {
  const mailbox = await mailboxOf(option, mailboxes);
  const language = option.language || mailbox?.language;
  const texts = objectIn(option.texts) as Texts; // those that are none are said by nobody
  const say = (path: string, text: unknown): SaidText => ({ path, text: language && text, language });
  const usual = (...phrases: readonly Phrase[]): SaidText => {
    const text = phrases.map((phrase) => worded(texts, phrase)).join(' ');
    return say(`texts.${phrases[0]}`, isPlain(text) ? text : undefined);
  };
  return { mailbox, say, usual };
}

async function mailboxOf(
  { mailbox_id = '', extension = '' }: WrittenOption,
  mailboxes: MailboxesPort,
): Promise<Mailbox | undefined> {
  const [id, phone] = [fixedText(mailbox_id), fixedText(extension)];
  if (id !== '') return mailboxes.mailbox(id.toLowerCase());
  return phone === '' ? undefined : mailboxes.mailboxOf(phone);
}

/** The greeting that is said; none where it is played. */
function greetingOf(option: WrittenOption, mailbox: Mailbox | undefined): readonly unknown[] {
  const own = option.greeting || mailbox?.greeting;
  const text = own || (mailbox && worded(objectIn(option.texts) as Texts, 'greeting'));
  return typeof text === 'string' && isMedia(text) ? [] : [text];
}

/** Whether nothing stands in it for what is known only then. */
function isPlain(text: string): boolean {
  return !/\{[a-z]+\}/.test(text);
}
