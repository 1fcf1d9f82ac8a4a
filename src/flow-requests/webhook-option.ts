import * as z from 'zod';
import { longestUrl } from '../core/longest-url.ts';
import { count, milliseconds } from '../core/units.ts';
import { target } from '../flows/option-schemas.ts';
import { responseOption } from '../flows/reading/response-option.ts';
import { musicOption } from '../ports/music.ts';

export const internalNames = [
  'internal:createOutbound',
  'internal:shortURL',
  'internal:updateUserPreferences',
  'internal:updatePauseStatusForCLI',
] as const;

export type InternalName = (typeof internalNames)[number];

const longestData = 262_144;
const credential = z
  .string()
  .max(4_096)
  .meta({ description: 'at most 4 096 characters', examples: ['ariflow'] });
const unused = credential.optional().meta({ description: 'accepted and unused' });

const pair = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(255)
    .meta({ description: 'its name', examples: ['pin'] }),
  value: z
    .string()
    .max(8_192)
    .default('')
    .meta({ description: 'at most 8 192 characters', examples: ['${voipbin.call.digits}'] }),
  mandatory: z
    .boolean()
    .default(false)
    .describe('without a value nothing is sent; an optional one is left out'),
});

const header = pair.extend({
  name: z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'expected the name of a header')
    .meta({ description: 'of the header', examples: ['X-Clinic'] }),
});

const auth = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('none').describe('no credentials, also none of a stored webhook'),
    username: unused,
    password: unused,
    token: unused,
  }),
  z.strictObject({
    type: z.literal('basic').describe('HTTP Basic'),
    username: credential,
    password: credential.default(''),
    token: unused,
  }),
  z.strictObject({
    type: z.literal('bearer').describe('a token in the header `Authorization`'),
    token: credential.min(1),
    username: unused,
    password: unused,
  }),
]);

const fields = z.strictObject({
  sync: z
    .boolean()
    .default(false)
    .describe('waits for the reply; else the request is made whatever becomes of the call'),
  uri: z
    .string()
    .max(longestUrl)
    .default('')
    .meta({
      description:
        'where it goes; or `internal:createOutbound`, `shortURL`, `updateUserPreferences`, `updatePauseStatusForCLI`',
      examples: ['https://clinic.example/pin'],
    }),
  webhook_id: z
    .union([z.literal(''), z.guid('expected the id of a webhook').toLowerCase()])
    .default('')
    .meta({
      description:
        'a stored webhook: uri, method and auth that are not given here, and no credentials in the flow; signs the request as its deliveries',
      examples: ['5b1d2f0e-6c1d-4f0e-9d3a-0d8f5a0b7c11'],
    }),
  method: z
    .enum(['POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'OPTION', 'HEAD'])
    .optional()
    .meta({ description: 'POST where neither this nor the webhook says', examples: ['POST'] }),
  data_type: z
    .string()
    .max(255)
    .default('')
    .meta({ description: 'the Content-Type; by `body_type` where missing', examples: ['application/json'] }),
  data: z
    .union([z.string().max(longestData), z.record(z.string(), z.unknown())], 'expected text or an object')
    .default('')
    .meta({
      description: 'the body, at most 262 144 characters; an object where it is JSON or a form',
      examples: [{ pin: '${voipbin.call.digits}' }],
    }),
  timeout: milliseconds(100, 60_000)
    .default(10_000)
    .describe('for one try, in milliseconds; all together take at most 60 000'),
  retries: count('retries', 0, 4)
    .optional()
    .meta({
      description:
        'how often it is tried again: after no connection, 429 and 5xx; after 200 milliseconds, then twice as long each; 0 where missing',
      examples: [2],
    }),
  attempts: count('attempts', 1, 4)
    .optional()
    .meta({
      description: 'how many tries in all: one more than `retries`, which cannot be given besides',
      examples: [3],
    }),
  auth: auth.optional().meta({
    description: '`{type: none}`, `{type: basic, username, password}`, `{type: bearer, token}`',
    examples: [{ type: 'bearer', token: 'secret' }],
  }),
  headers: z.array(header).max(50).default([]).describe('of the request, at most 50'),
  query: z.array(pair).max(100).default([]).describe('behind the uri, at most 100'),
  body_type: z
    .enum(['none', 'json', 'xml', 'form', 'raw'])
    .optional()
    .meta({ description: 'how `data` is sent; missing: by `data_type`, else as JSON', examples: ['json'] }),
  hold_music: z.boolean().default(false).describe('answers, and plays music while waiting'),
  success_id: target.default('').meta({
    description:
      'where a success leads: 2xx, and what `response` wants of the reply; the next action where missing',
    examples: ['known'],
  }),
  failure_id: target.default('').meta({
    description:
      'where anything else leads, with its reason in `voipbin.webhook.error_reason`; `on_error_id` where missing',
    examples: ['unknown'],
  }),
  response: responseOption.optional().describe('what a reply must be, and what is taken from it'),
  persist: z.boolean().default(false).describe('its variables stay with the activeflow when that has ended'),
  parameters: z
    .array(z.enum(['call', 'flow', 'user']))
    .max(3)
    .optional()
    .meta({ description: 'sends these variables, in the query or the body', examples: [['call', 'flow']] }),
  notes: z
    .string()
    .max(1_000)
    .default('')
    .meta({
      description: 'for whoever reads the flow; never sent; at most 1 000 characters',
      examples: ['asks the patient file'],
    }),
  music: musicOption.describe('what `hold_music` plays; empty: the usual'),
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
export type WebhookAuth = z.output<typeof auth>;

export function isInternal(uri: string): uri is InternalName {
  return (internalNames as readonly string[]).includes(uri);
}
