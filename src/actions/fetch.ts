import * as z from 'zod';
import { ActionError } from '../core/errors.ts';
import { count, milliseconds } from '../core/units.ts';
import { exchange } from '../flow-requests/exchange.ts';
import { goodReply } from '../flow-requests/good-reply.ts';
import { type ActionContext, defineAction } from '../flows/action.ts';
import { longestReply } from '../flows/fetched-actions.ts';
import { url } from '../flows/option-schemas.ts';
import { urlEscape } from '../flows/url-escape.ts';
import type { UserRequest } from '../ports/http.ts';

const option = z.strictObject({
  event_url: url.meta({
    description:
      'told `activeflow_id`, `reference_type` and `reference_id`: by GET in its query, by POST in the JSON body, with the `variables` the flow has set',
    examples: ['https://flows.example.com/next'],
  }),
  event_method: z.enum(['GET', 'POST']).default('POST').describe('of the request'),
  timeout: milliseconds(100, 60_000)
    .default(10_000)
    .describe('for one try, in milliseconds; all together take at most 60 000'),
  retries: count('retries', 0, 4)
    .default(0)
    .describe(
      'how often it is tried again: without a connection, without a reply in time, at 429 and 5xx; after 200, 400, … milliseconds',
    ),
  headers: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'expected the name of a header')
          .meta({ description: 'of the header', examples: ['X-Clinic'] }),
        value: z
          .string()
          .max(8_192)
          .default('')
          .meta({ description: 'at most 8 192 characters', examples: ['north'] }),
      }),
    )
    .max(50)
    .default([])
    .describe('of the request, at most 50'),
});

type Option = z.output<typeof option>;

export default defineAction({
  type: 'fetch',
  summary:
    'Asks a server for actions, a JSON array or `{"actions": […]}`, runs them as a nested list, then goes on.',
  needs: 'nothing',
  option,
  example: { event_method: 'POST', event_url: 'https://flows.example.com/next' },
  urls: ['event_url'],
  sets: () => 'anything',
  escape: (path, written) => urlEscape(path, 'event_url', written),

  async run(context, wanted) {
    const { ports, signal } = context;
    const request = requestOf(context, wanted);
    const trying = { http: ports.http, retries: wanted.retries, isPatient: true, signal };
    const done = await exchange(request, trying);
    context.asked({ request, ...done });
    return { go: 'into', actions: await context.readActions(goodReply(done.result)) };
  },
});

function requestOf({ variables }: ActionContext, wanted: Option): UserRequest {
  const facts = {
    activeflow_id: variables.get('voipbin.activeflow.id'),
    reference_type: variables.get('voipbin.activeflow.reference_type'),
    reference_id: variables.get('voipbin.activeflow.reference_id'),
  };
  const base = { timeout: wanted.timeout, maxBytes: longestReply };
  const headers = { accept: 'application/json', ...headersOf(wanted) };
  if (wanted.event_method === 'GET')
    return { ...base, method: 'GET', url: withQuery(wanted.event_url, facts), headers, maxRedirects: 3 };
  const set = variables.entries();
  return {
    ...base,
    method: 'POST',
    url: wanted.event_url,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(Object.keys(set).length > 0 ? { ...facts, variables: set } : facts),
  };
}

function headersOf({ headers }: Option): Record<string, string> {
  const broken = headers.find(({ value }) => /[\r\n\0]/.test(value));
  if (broken)
    throw new ActionError('INVALID_REQUEST', `the header ${broken.name} would have more than one line`);
  return Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
}

/** What is there already stays as it is written: a signature may cover it. */
function withQuery(written: string, facts: Readonly<Record<string, string>>): string {
  const [address = ''] = written.split('#');
  return `${address}${address.includes('?') ? '&' : '?'}${new URLSearchParams(facts)}`;
}
