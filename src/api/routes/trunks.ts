import * as z from 'zod';
import { network } from '../../config/types.ts';
import { neverTime } from '../../core/clock.ts';
import { count } from '../../core/units.ts';
import { pageToken } from '../../storage/page-token.ts';
import { isConfigured } from '../../trunks/configured-trunk.ts';
import { registrationStatuses } from '../../trunks/registrations.ts';
import {
  addressesAt,
  encryptions,
  type TrunkRecord,
  transports,
  trunkDefaults,
} from '../../trunks/trunk-record.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { answers, birth, customer, detail, id, identity, idParams, lifespan, name } from '../shapes.ts';
import { callerId, codecs, password as sipPassword } from '../sip-fields.ts';
import { isSipPlace } from '../sip-place.ts';
import { whole } from '../whole.ts';

const digits = (most: number) => new RegExp(`^\\+?[0-9*]{0,${most}}$`);

const prefixRule = z
  .strictObject({
    prefix: z
      .string()
      .regex(digits(32), 'must be the beginning of a telephone number')
      .meta({
        description: 'what a number begins with; empty: any',
        examples: ['+49'],
      }),
    strip: count('characters', 0, 33)
      .default(0)
      .meta({
        description: 'how many characters are taken off its beginning, of the prefix at most',
        examples: [3],
      }),
    prepend: z
      .string()
      .regex(digits(20), 'must be the beginning of a telephone number')
      .default('')
      .meta({ description: 'put before what is left', examples: ['0'] }),
  })
  .refine(({ prefix, strip }) => strip <= prefix.length, {
    path: ['strip'],
    message: 'must be no more than the prefix has signs',
  });

const uri = z
  .string()
  .max(280)
  .refine(isSipPlace, 'must be sip:host[:port]')
  .meta({
    description: 'where it is, `sip:host[:port]`',
    examples: ['sip:sip.example.com:5060'],
  });
/** Whoever calls from there is the trunk, and needs no password. */
const ownNetwork = network.refine(
  (text) => !/\/0*[0-7]$/.test(text),
  "expected a network of the provider's, /8 or smaller: whoever calls from there needs no password",
);

const fields = {
  uri,
  username: z
    .string()
    .regex(/^[A-Za-z0-9+*_.~-]{0,64}$/, 'must be a user name of SIP, at most 64 characters')
    .meta({ description: 'who we are there; empty where nobody asks', examples: ['4989123'] }),
  allowed_ips: z
    .array(ownNetwork)
    .max(50)
    .meta({
      description:
        'calls from these addresses and networks come by it; where a creation does not say: the one of its `uri`, if that is an address and there is no password',
      examples: [['192.0.2.0/24']],
    }),
  transport: z.enum(transports).meta({
    description:
      'what is spoken with it; `tcp` takes `ARIFLOW_SIP_TCP`, `tls` a certificate (`ARIFLOW_SIP_TLS_CERT`)',
  }),
  encryption: z.enum(encryptions).meta({
    description:
      'of its audio; `sdes`: SRTP, and no call without it; where a creation does not say, `sdes` with `tls`, else `none`',
  }),
  register: z.boolean().meta({ description: 'whether we register there, with user name and password' }),
  codecs,
  caller_id: callerId.meta({
    description:
      'the number that is shown for a phone of ours that has no `caller_id` of its own; empty: what the call says',
  }),
  prefixes: z
    .array(prefixRule)
    .max(200)
    .meta({
      description:
        'the numbers it takes, and how it wants them; of several that fit the longest counts; empty: every number as it is',
      examples: [[{ prefix: '+49', strip: 3, prepend: '0' }]],
    }),
  order: count('places', 1, 1_000).meta({
    description: 'of trunks whose prefixes are as long the one with the lowest is asked first',
    examples: [10],
  }),
  channels: count('calls', 0, 10_000).meta({
    description: 'how many calls at once, those that come in included; 0: no limit',
    examples: [30],
  }),
  failover: z.boolean().meta({
    description:
      'whether a call that it could not take (5xx, 408, or no answer at all) goes on to the next trunk',
  }),
};
const password = sipPassword.meta({
  description: 'what we log in with there, at most 128 characters; never shown; empty: none',
});

const kept = {
  id,
  customer_id: customer,
  name,
  detail,
  uri: fields.uri,
  username: fields.username,
  ...lifespan,
  allowed_ips: fields.allowed_ips,
  transport: fields.transport,
  encryption: fields.encryption,
  register: fields.register,
  codecs: fields.codecs,
  caller_id: fields.caller_id,
  prefixes: fields.prefixes,
  order: z.int().meta({ description: `${fields.order.meta()?.description}`, examples: [10] }),
  channels: fields.channels,
  failover: fields.failover,
};

/** As its events show it. */
component('TrunkEvent', z.object(kept));

const shown = component(
  'Trunk',
  z.object({
    ...kept,
    has_password: z.boolean().meta({ description: 'whether there is a password', examples: [true] }),
    configured: z.boolean().meta({
      description:
        'whether it is the one of the configuration (`ARIFLOW_TRUNK_*`), which is only changed there',
      examples: [false],
    }),
    status: z.enum(registrationStatuses).meta({
      description: 'of our registration there; `none`: we do not register, `unknown`: Asterisk does not say',
    }),
    calls: z
      .int()
      .meta({ description: 'how many calls go by it now, those that come in included', examples: [1] }),
  }),
);
/** What could never count is refused, and not only stored. */
const prefixes = fields.prefixes.superRefine((rules, { addIssue }) => {
  for (const [place, { prefix, strip, prepend }] of rules.entries()) {
    if (rules.findIndex((rule) => rule.prefix === prefix) < place)
      addIssue({ code: 'custom', path: [place, 'prefix'], message: 'is there already' });
    if (prepend !== '' && strip === 0 && prefix.startsWith('+'))
      addIssue({ code: 'custom', path: [place, 'prepend'], message: 'makes no telephone number before a +' });
  }
});
const change = z.strictObject({ name, detail, ...fields, prefixes, password }).partial();
export const trunkCreation = z.strictObject({
  name,
  detail: detail.default(''),
  uri,
  username: fields.username.default(trunkDefaults.username),
  password: password.default(trunkDefaults.password),
  allowed_ips: fields.allowed_ips.optional(),
  transport: fields.transport.default(trunkDefaults.transport),
  encryption: fields.encryption.optional(),
  register: fields.register.default(trunkDefaults.register),
  codecs: fields.codecs.default([]),
  caller_id: fields.caller_id.default(trunkDefaults.caller_id),
  prefixes: prefixes.default([]),
  order: fields.order.default(trunkDefaults.order),
  channels: fields.channels.default(trunkDefaults.channels),
  failover: fields.failover.default(trunkDefaults.failover),
});

/** Behind this place in a list that begins with the newest there is everything. */
const beforeAll = pageToken({ tm_create: neverTime, id: 'configured' });

export function trunkRoutes(api: Api, parts: Parts): void {
  const { trunks, trunking, registrations, customerId } = parts;
  const { trunks: stored } = parts.store;
  const tags = ['trunks'];
  const show = async (record: TrunkRecord): Promise<z.output<typeof shown>> => {
    const { password: secret, ...trunk } = record;
    return {
      ...trunk,
      customer_id: customerId,
      allowed_ips: [...trunk.allowed_ips],
      codecs: [...trunk.codecs],
      prefixes: [...trunk.prefixes],
      has_password: secret !== '',
      configured: isConfigured(record),
      status: await registrations.of(record),
      calls: trunking.calls(record.id),
    };
  };
  const list: typeof stored.list = async (page, filter) => {
    const { configured } = trunks;
    if (!configured || page.token !== undefined || filter?.search !== undefined)
      return stored.list(page, filter);
    if (page.size === 1) return { result: [configured], next: beforeAll };
    const { result, next } = await stored.list({ size: page.size - 1 }, filter);
    return { result: [configured, ...result], next };
  };
  const store = {
    get: (wanted: string) => trunks.get(wanted),
    list,
    delete: (wanted: string, time: string) => trunks.delete(wanted, time),
  };
  const searched = 'name, detail and uri';
  collectionRoutes(api, { path: 'trunks', what: 'trunk', store, shown, show, searched });

  api.post(
    '/trunks',
    {
      schema: {
        tags,
        operationId: 'createTrunk',
        summary: 'Create a trunk: calls can go by it at once',
        body: whole(trunkCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      const { name, detail, uri, username, password, transport, ...ours } = body;
      const known = ours.allowed_ips ?? (password === '' ? addressesAt(uri) : []);
      const encrypted = ours.encryption ?? (transport === 'tls' ? 'sdes' : 'none');
      const own = { ...identity(customerId), name, detail, uri, username, ...birth() };
      const said = { username, allowed_ips: known, transport, encryption: encrypted };
      const record = { ...own, ...trunkDefaults, ...ours, ...said, password };
      await trunks.create(record);
      return show(record);
    },
  );

  api.put(
    '/trunks/:id',
    {
      schema: {
        tags,
        operationId: 'updateTrunk',
        summary: 'Change a trunk, while its calls go on',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => show(found(await trunks.update(params.id, body), 'trunk')),
  );
}
