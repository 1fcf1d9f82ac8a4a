import * as z from 'zod';
import { longestUrl } from '../../core/longest-url.ts';
import { count, milliseconds } from '../../core/units.ts';
import { target, variableName } from '../option-schemas.ts';
import { isReserved } from '../variables.ts';

export const internalNames = [
  'internal:createOutbound',
  'internal:shortURL',
  'internal:updateUserPreferences',
  'internal:updatePauseStatusForCLI',
] as const;

export type InternalName = (typeof internalNames)[number];

const longestData = 262_144;
const credential = z.string().max(4_096);

const pair = z.strictObject({
  name: z.string().min(1).max(255),
  value: z.string().max(8_192).default(''),
  mandatory: z
    .boolean()
    .default(false)
    .describe('without a value nothing is sent; an optional one is left out'),
});

const header = pair.extend({
  name: z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'expected the name of a header'),
});

const auth = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('none'),
    username: credential.optional(),
    password: credential.optional(),
    token: credential.optional(),
  }),
  z.strictObject({
    type: z.literal('basic'),
    username: credential,
    password: credential.default(''),
    token: credential.optional(),
  }),
  z.strictObject({
    type: z.literal('bearer'),
    token: credential.min(1),
    username: credential.optional(),
    password: credential.optional(),
  }),
]);

/** `$flow.key.x` is how Phonon's pages spell it. */
const savedIn = z
  .string()
  .transform((name) => name.replace(/^\$(?=(flow|user)\.)/, ''))
  .pipe(variableName.refine((name) => !isReserved(name), 'this name is reserved'));

const mapping = z.strictObject({
  variable: savedIn.describe('a list becomes `name_1` … `name_20` and `name_size`, an object its JSON text'),
  path: z.string().min(1).max(1_024).describe('JSONPath (`data.a.b[0]` is `$.a.b[0]`), or XPath'),
  mandatory: z.boolean().default(false).describe('the reply is bad where there is nothing'),
});

const response = z.strictObject({
  type: z
    .enum(['json', 'xml', 'actions'])
    .default('json')
    .describe('anything else is a bad reply; `actions` are run, as by `fetch`'),
  map: z
    .array(mapping)
    .max(100)
    .default([])
    .describe('missing: a JSON object sets its own fields, by their dot paths'),
});

const fields = z.strictObject({
  sync: z
    .boolean()
    .default(false)
    .describe('waits for the reply; else the request is made whatever becomes of the call'),
  uri: z
    .string()
    .max(longestUrl)
    .default('')
    .describe('or `internal:createOutbound`, `shortURL`, `updateUserPreferences`, `updatePauseStatusForCLI`'),
  webhook_id: z
    .union([z.literal(''), z.guid('expected the id of a webhook').toLowerCase()])
    .default('')
    .describe(
      'a stored webhook: uri, method and auth that are not given here, and no credentials in the flow',
    ),
  method: z
    .enum(['POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'OPTION', 'HEAD'])
    .optional()
    .describe('POST where neither this nor the webhook says'),
  data_type: z.string().max(255).default('').describe('the Content-Type; by `body_type` where missing'),
  data: z
    .union([z.string().max(longestData), z.record(z.string(), z.unknown())], 'expected text or an object')
    .default('')
    .describe('the body; an object where it is JSON or a form'),
  timeout: milliseconds(100, 60_000)
    .default(10_000)
    .describe('for one try; all together take at most a minute'),
  retries: count('retries', 0, 4)
    .optional()
    .describe('after no connection, 429 and 5xx; 200 ms, then twice as long each; 0 where missing'),
  attempts: count('attempts', 1, 4)
    .optional()
    .describe('tries in all: one more than `retries`, which cannot be given besides'),
  auth: auth
    .optional()
    .describe('`{type: none}`, `{type: basic, username, password}`, `{type: bearer, token}`'),
  headers: z.array(header).max(50).default([]),
  query: z.array(pair).max(100).default([]),
  body_type: z.enum(['none', 'json', 'xml', 'form', 'raw']).optional(),
  hold_music: z.boolean().default(false).describe('answers, and plays music while waiting'),
  success_id: target.default('').describe('where a success leads; the next action where missing'),
  failure_id: target.default('').describe('where a failure leads; `on_error_id` where missing'),
  response: response.optional(),
  persist: z.boolean().default(false).describe('its variables stay with the activeflow when that has ended'),
  parameters: z
    .array(z.enum(['call', 'flow', 'user']))
    .max(3)
    .optional()
    .describe('sends these variables, in the query or the body'),
  notes: z.string().max(1_000).default('').describe('for whoever reads the flow; never sent'),
});

export const webhookOption = fields.superRefine((option, context) => {
  const complain = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: path.split('.'), message });
  if (option.uri === '' && option.webhook_id === '') complain('uri', 'expected a uri or a webhook_id');
  if (option.uri.startsWith('internal:') && !isInternal(option.uri))
    complain('uri', `expected one of ${internalNames.join(', ')}`);
  if (option.response?.type === 'actions' && !option.sync)
    complain('response.type', 'actions as a reply need `sync: true`');
  if (option.attempts !== undefined && option.retries !== undefined)
    complain('attempts', 'expected `attempts` or `retries`, not both');
  if (typeof option.data !== 'string' && option.body_type === 'xml')
    complain('data', 'expected text: there is no one way to write an object as XML');
});

export type WebhookOption = z.output<typeof webhookOption>;
export type ResponseOption = z.output<typeof response>;
export type Mapping = z.output<typeof mapping>;
export type WebhookAuth = z.output<typeof auth>;

export function isInternal(uri: string): uri is InternalName {
  return (internalNames as readonly string[]).includes(uri);
}
