import * as z from 'zod';
import { isMedia } from '../../calls/media-uri.ts';
import { wireTime } from '../../core/clock.ts';
import { AriflowError } from '../../core/errors.ts';
import { StoreError } from '../../core/store-error.ts';
import { count, seconds } from '../../core/units.ts';
import { language } from '../../ports/prompt-options.ts';
import { isSsml, longestSpeech } from '../../ports/speech.ts';
import { ssmlProblem } from '../../speech/ssml.ts';
import type { MailboxRecord } from '../../voicemail/mailbox-record.ts';
import { neverLocked } from '../../voicemail/mailboxes.ts';
import { hashPin } from '../../voicemail/pin.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { answers, birth, customer, detail, id, identity, idParams, lifespan, name } from '../shapes.ts';
import { whole } from '../whole.ts';

const fields = {
  name,
  detail,
  extension: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,64}$/, 'must be at most 64 of A-Z a-z 0-9 _ . -')
    .meta({ description: 'the phone that it belongs to; a phone has one; empty: none', examples: ['1001'] }),
  greeting: z
    .string()
    .max(longestSpeech)
    .meta({
      description: 'what callers hear first: a text, a URL, or `sound:<name>`; empty: the usual words',
      examples: ['Ann is not here. Please leave a message after the tone.'],
    }),
  language: language.meta({ description: 'of all that is said to callers', examples: ['en-US'] }),
  max_messages: count('messages', 1, 1_000).meta({
    description: 'how many it holds; with so many callers are told that it is full',
    examples: [100],
  }),
  max_duration: seconds(1, 3_600).meta({ description: 'how long each may be, in seconds', examples: [180] }),
  keep_days: count('days', 0, 3_650).meta({
    description:
      'for how many days they are kept; 0: for `ARIFLOW_RETENTION_RECORDINGS`, which holds in any case',
    examples: [30],
  }),
};
/** What a caller could not hear is refused: an older one that is stored stays. */
const greeting = fields.greeting.superRefine((text, context) => {
  const message = greetingProblem(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
const pin = z
  .string()
  .regex(/^([0-9]{4,16})?$/, 'must be 4 to 16 digits')
  .meta({
    description:
      'opens it by telephone; stored as a hash, never shown; stays where a change does not give it, empty: none',
    examples: ['4711'],
  });

const shown = component(
  'Mailbox',
  z.object({
    id,
    customer_id: customer,
    ...fields,
    ...lifespan,
    has_pin: z.boolean().meta({ description: 'whether it has a `pin`', examples: [true] }),
  }),
);
const change = z.strictObject({ ...fields, greeting, pin }).partial();
export const mailboxCreation = z.strictObject({
  name: name.default(''),
  detail: detail.default(''),
  extension: fields.extension.default(''),
  greeting: greeting.default(''),
  language: fields.language.default('en-US'),
  max_messages: fields.max_messages.default(100),
  max_duration: fields.max_duration.default(180),
  keep_days: fields.keep_days.default(0),
  pin: pin.default(''),
});

export function mailboxRoutes(api: Api, parts: Parts): void {
  const { mailboxes: store } = parts.store;
  const tags = ['mailboxes'];
  const onDelete = async ({ id }: MailboxRecord): Promise<void> => {
    await parts.voicemails.clear(id);
    parts.mailboxesChanged();
  };
  const searched = 'name, detail and extension';
  collectionRoutes(api, { path: 'mailboxes', what: 'mailbox', store, shown, show, onDelete, searched });

  api.post(
    '/mailboxes',
    {
      schema: {
        tags,
        operationId: 'createMailbox',
        summary: 'Create a mailbox',
        body: whole(mailboxCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      const { pin: given, ...rest } = inOrder(body);
      const secret = { pin_hash: await hashed(given), wrong_pins: 0, tm_unlock: neverLocked };
      const mailbox: MailboxRecord = { ...identity(parts.customerId), ...rest, ...birth(), ...secret };
      await unlessTaken(store.insert(mailbox));
      parts.mailboxesChanged();
      return show(mailbox);
    },
  );

  api.put(
    '/mailboxes/:id',
    {
      schema: {
        tags,
        operationId: 'updateMailbox',
        summary: 'Change a mailbox',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      const { pin: given, ...rest } = body;
      // Whoever has lost it may try the new one at once.
      const secret = given !== undefined && {
        pin_hash: await hashed(given),
        wrong_pins: 0,
        tm_unlock: neverLocked,
      };
      const changing = store.update(params.id, { ...rest, ...secret, tm_update: wireTime() });
      const changed = found(await unlessTaken(changing), 'mailbox');
      parts.mailboxesChanged();
      return show(changed);
    },
  );
}

function greetingProblem(text: string): string | undefined {
  if (isSsml(text)) return ssmlProblem(text);
  const isMeantToBePlayed = /^(sound:|recording:|[a-z][a-z0-9+.-]*:\/\/)\S*$/i.test(text);
  if (!isMeantToBePlayed || isMedia(text)) return undefined;
  return 'expected a text, an http: or https: URL, sound:<name> or recording:<name>';
}

async function hashed(given: string): Promise<string> {
  return given === '' ? '' : hashPin(given);
}

function show(record: MailboxRecord): z.output<typeof shown> {
  const { pin_hash, wrong_pins: _, tm_unlock: __, ...mailbox } = record;
  return { ...mailbox, has_pin: pin_hash !== '' };
}

/** As users see it, whatever the order they wrote it in. */
function inOrder(body: z.output<typeof mailboxCreation>): z.output<typeof mailboxCreation> {
  const { name, detail, extension, greeting, language, max_messages, max_duration, ...rest } = body;
  return { name, detail, extension, greeting, language, max_messages, max_duration, ...rest };
}

async function unlessTaken<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof StoreError) || error.problem !== 'conflict') throw error;
    const details = [{ path: 'extension', message: 'has a mailbox already' }];
    throw new AriflowError('CONFLICT', 'the phone has a mailbox already', { details, cause: error });
  }
}
