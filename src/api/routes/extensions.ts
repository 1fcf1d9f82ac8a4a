import * as z from 'zod';
import { AriflowError } from '../../core/errors.ts';
import { StoreError } from '../../core/store-error.ts';
import { count, milliseconds } from '../../core/units.ts';
import {
  type ExtensionRecord,
  encryptions,
  extensionDefaults,
  extensionPattern,
  noForward,
  transports,
  usualEncryption,
} from '../../extensions/extension-record.ts';
import { digestOf, newPassword, shortestPassword } from '../../extensions/password.ts';
import { phoneStatuses } from '../../extensions/phone-states.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { answers, birth, customer, detail, id, identity, idParams, lifespan, name, when } from '../shapes.ts';
import { callerId, codecs, password as sipPassword } from '../sip-fields.ts';
import { whole } from '../whole.ts';

const extension = z
  .string()
  .regex(extensionPattern, 'must be 2 to 8 digits')
  .meta({ description: 'its number, and the user that it registers as; it stays', examples: ['2001'] });

const fields = {
  name,
  detail,
  codecs,
  transport: z.enum(transports).meta({
    description:
      'what it speaks; `tcp` takes `ARIFLOW_SIP_TCP`, `tls` a certificate (`ARIFLOW_SIP_TLS_CERT`); phones in browsers `ws` (`ARIFLOW_SIP_WS`) or `wss` (`ARIFLOW_SIP_WSS_PORT`)',
  }),
  max_contacts: count('phones', 1, 20).meta({
    description:
      'how many phones may register with it at once, and then ring together; one more takes the place of another',
    examples: [5],
  }),
};
const forwardTarget = z
  .strictObject({
    type: z.enum(['tel', 'sip', 'extension']).meta({ description: 'as of a destination' }),
    target: z
      .string()
      .min(1)
      .max(255)
      .meta({ description: 'the number, or `user@host`', examples: ['+498912345'] }),
  })
  .nullable()
  .default(null);
const target = (when: string) =>
  forwardTarget.meta({ description: `where calls go ${when}; null: nowhere`, examples: [null] });
const forward = z
  .strictObject({
    always: target('in any case, without a ring'),
    busy: target('while it is busy, declines, or is not to be disturbed'),
    no_answer: target('when nobody answers'),
    unavailable: target('while no phone is registered'),
    timeout: milliseconds(1_000, 120_000)
      .default(noForward.timeout)
      .describe('how long it rings before nobody has answered, in milliseconds'),
  })
  .meta({
    description:
      'where calls go instead, three times at most, and only where calls may go; what is left out is nowhere',
    examples: [{ ...noForward, no_answer: { type: 'tel', target: '+498912345' } }],
  });
const handling = {
  caller_id: callerId.meta({
    description: 'the number that is shown to who is called through a trunk; empty: what the call says',
  }),
  call_waiting: z.boolean().meta({ description: 'whether it rings while it is on a call' }),
  dnd: z.boolean().meta({ description: 'do not disturb: it does not ring, and is busy to callers' }),
  forward,
};
const encryption = z.enum(encryptions).meta({
  description:
    'of its audio; `sdes`, `dtls`: SRTP with keys by the one or the other, and no call without it; with `ws` and `wss` it is `dtls`; where a creation does not say, `sdes` with `tls`, else `none`',
});
const password = sipPassword.min(shortestPassword).meta({
  description: 'what it registers with, 12 to 128 characters; made where missing, kept as a digest only',
  examples: ['correct-horse-battery'],
});

const kept = {
  id,
  customer_id: customer,
  name,
  detail,
  extension,
  ...lifespan,
  codecs: fields.codecs,
  transport: fields.transport,
  max_contacts: fields.max_contacts,
  ...handling,
  encryption,
};

/** As its events show it. */
component('ExtensionEvent', z.object(kept));

const shown = component(
  'Extension',
  z.object({
    ...kept,
    status: z.enum(phoneStatuses).meta({
      description: 'whether a phone is registered with it; `unknown`: Asterisk does not say',
    }),
    calls: z.int().meta({ description: 'how many calls it is on, those that ring included', examples: [1] }),
    password: z
      .string()
      .optional()
      .meta({ description: 'only in the answer that set it', examples: ['correct-horse-battery'] }),
  }),
);
const registered = component(
  'ExtensionRegistrations',
  z.object({
    result: z
      .array(
        z.object({
          uri: z.string().meta({ description: 'where it is called', examples: ['sip:2001@192.0.2.7:5060'] }),
          address: z
            .string()
            .meta({ description: 'where its registration came from', examples: ['192.0.2.7:5060'] }),
          user_agent: z.string().meta({ description: 'what it calls itself', examples: ['baresip v3.9.0'] }),
          tm_expire: when('its registration ends, if it is not renewed'),
        }),
      )
      .meta({ description: 'the phones that are registered with it' }),
  }),
);
const change = z.strictObject({ ...fields, ...handling, encryption, password }).partial();
export const extensionCreation = z.strictObject({
  extension,
  password: password.optional(),
  name: name.default(''),
  detail: detail.default(''),
  codecs: fields.codecs.default([]),
  transport: fields.transport.default('udp'),
  max_contacts: fields.max_contacts.default(5),
  caller_id: handling.caller_id.default(extensionDefaults.caller_id),
  call_waiting: handling.call_waiting.default(extensionDefaults.call_waiting),
  dnd: handling.dnd.default(extensionDefaults.dnd),
  forward: forward.default(noForward),
  encryption: encryption.optional(),
});

export function extensionRoutes(api: Api, parts: Parts): void {
  const { extensions, phoneStates, customerId } = parts;
  const { extensions: stored } = parts.store;
  const tags = ['extensions'];
  const show = async (record: ExtensionRecord): Promise<z.output<typeof shown>> => {
    const { digest: _, ...extension } = record;
    const state = await phoneStates.of(record.extension);
    return { ...extension, customer_id: customerId, codecs: [...extension.codecs], ...state };
  };
  const store = {
    get: (id: string) => stored.get(id),
    list: (...page: Parameters<typeof stored.list>) => stored.list(...page),
    delete: (id: string, time: string) => extensions.delete(id, time),
  };
  collectionRoutes(api, {
    path: 'extensions',
    what: 'extension',
    store,
    shown,
    show,
    searched: 'extension, name and detail',
  });

  api.post(
    '/extensions',
    {
      schema: {
        tags,
        operationId: 'createExtension',
        summary: 'Create an extension: a phone that can register at once. Its password is shown this once',
        body: whole(extensionCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      const { password = newPassword(), extension, name, detail, encryption, ...ours } = body;
      const own = { ...identity(customerId), name, detail, extension };
      const digest = digestOf(extension, password);
      const encrypted = { encryption: encryption ?? usualEncryption(ours.transport) };
      const record = { ...own, ...birth(), ...ours, ...encrypted, digest };
      await unlessTaken(extensions.create(record));
      return { ...(await show(record)), password };
    },
  );

  api.get(
    '/extensions/:id/registrations',
    {
      schema: {
        tags,
        operationId: 'listExtensionRegistrations',
        summary: 'List the phones that are registered with it, and where they are',
        params: idParams,
        response: answers(registered),
      },
    },
    async ({ params }) => {
      const { extension } = found(await stored.get(params.id), 'extension');
      return { result: [...(await phoneStates.registrations(extension))] };
    },
  );

  api.put(
    '/extensions/:id',
    {
      schema: {
        tags,
        operationId: 'updateExtension',
        summary: 'Change an extension, while its calls go on',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      const { password, ...rest } = body;
      const before = found(await stored.get(params.id), 'extension');
      const digest = password === undefined ? undefined : digestOf(before.extension, password);
      const changed = found(await extensions.update(before, { ...rest, digest }), 'extension');
      return { ...(await show(changed)), ...(password !== undefined && { password }) };
    },
  );
}

async function unlessTaken<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof StoreError) || error.problem !== 'conflict') throw error;
    const details = [{ path: 'extension', message: 'exists already' }];
    throw new AriflowError('CONFLICT', 'the extension exists already', { details, cause: error });
  }
}
