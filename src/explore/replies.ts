import * as z from 'zod';
import { responseOption } from '../flows/reading/response-option.ts';
import type { Reply } from '../simulator/web.ts';
import type { Differences } from './differences.ts';
import { jsonBody, xmlBody } from './reply-body.ts';

/** What a server replies, and what that is, in words. */
export interface Replied {
  readonly says: string;
  readonly reply: Reply;
  /** Whether the action fails by it. */
  readonly fails: boolean;
}

/** More different good replies to one request are not tried. */
const mostReplies = 24;

const webhookOption = z.object({ timeout: z.number(), response: responseOption.optional() });
const talkOption = z.object({ targets: z.record(z.string(), z.string()) });

/** All that makes a difference of what the server of a request of such an action may reply; a good reply first. */
export function repliesTo(
  type: string,
  option: unknown,
  differences: Differences,
): readonly [Replied, ...Replied[]] {
  switch (type) {
    case 'webhook_send':
      return toWebhook(option, differences);
    case 'fetch':
      return [good('no actions', '[]'), ...bad(differences, ['voipbin.action.error.code'])];
    case 'chatbot_talk':
      return fromChatbot(option);
    default:
      return [good('', '{}')];
  }
}

function toWebhook(option: unknown, differences: Differences): readonly [Replied, ...Replied[]] {
  const { success, data } = webhookOption.safeParse(option);
  const { type = 'json', map = [] } = (success && data.response) || {};
  const failures = bad(differences, reasonNames);
  if (type === 'actions') return [good('no actions', '[]'), ...failures];
  const names = map.length > 0 ? map.map(({ variable }) => variable) : ownNames(differences);
  const body = (values: Readonly<Record<string, unknown>>): string | undefined => {
    if (map.length === 0) return JSON.stringify(values);
    return type === 'xml' ? xmlBody(map, values) : jsonBody(map, values);
  };
  const replies = combined(names, differences).flatMap((values) => {
    const text = body(values);
    return text === undefined ? [] : [good(text, text)];
  });
  const [first = good('', '{}'), ...others] = replies;
  return [first, ...others, ...failures];
}

/** What a flow reads that may be a field of a reply. */
function ownNames(differences: Differences): readonly string[] {
  return differences.names.filter((name) => !/^(voipbin|call|user)\./i.test(name));
}

/** One value for each name: all combinations of those that make a difference, or each of them once where these are too many. */
function combined(
  names: readonly string[],
  differences: Differences,
): readonly Readonly<Record<string, unknown>>[] {
  const choices = names.map((name) => [name, valuesOf(name, differences)] as const);
  const usual = Object.fromEntries(choices.map(([name, [first]]) => [name, first]));
  const count = choices.reduce((product, [, values]) => product * values.length, 1);
  if (count > mostReplies)
    return [
      usual,
      ...choices.flatMap(([name, [, ...others]]) => others.map((value) => ({ ...usual, [name]: value }))),
    ].slice(0, mostReplies);
  return choices.reduce<readonly Readonly<Record<string, unknown>>[]>(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

function valuesOf(name: string, differences: Differences): readonly [unknown, ...unknown[]] {
  if (differences.isRead(`${name}_size`) || differences.isRead(`${name}_1`))
    return [[...differences.of(`${name}_1`), 'one', 'two'].slice(0, 2)];
  const [first, ...others] = differences.of(name).filter((value) => value !== '');
  const other = ['something', 'anything'].find((text) => text !== first) ?? 'something';
  return first === undefined ? [other] : [first, ...others, other];
}

const reasonNames = [
  'voipbin.webhook.error_reason',
  'flow.key.error_reason',
  'voipbin.action.error.code',
] as const;
const statusNames = ['voipbin.webhook.response_status_code', 'flow.key.response_status_code'] as const;

/** No reply in time, always: that is what lasts longest; and what else the flow makes a difference of. */
function bad(differences: Differences, names: readonly string[]): readonly Replied[] {
  const reasons = differences.of(...names);
  const statuses = differences.of(...statusNames).flatMap((status) => {
    const code = Number(status);
    return code >= 300 && code < 600 ? [failing(`status ${code}`, { status: code, body: '' })] : [];
  });
  const others = Object.entries(byReason).flatMap(([reason, reply]) =>
    reasons.includes(reason) ? [failing(reason, reply)] : [],
  );
  return [failing('no reply in time', { delay: longest }), ...statuses, ...others];
}

/** Longer than anybody waits. */
const longest = 120_000;

const byReason: Readonly<Record<string, Reply>> = {
  AUTHENTICATION_FAILURE: { status: 401, body: '' },
  CLIENT_ERROR: { status: 404, body: '' },
  REDIRECTION: { status: 302, body: '' },
  SERVER_ERROR: { status: 500, body: '' },
  UNREACHABLE: { failure: 'unreachable' },
  INVALID_RESPONSE: { status: 200, body: 'none' },
};

/** A chatbot that ends the talk, sends the caller to each of its targets, or does not answer. */
function fromChatbot(option: unknown): readonly [Replied, ...Replied[]] {
  const targets = talkOption.safeParse(option).data?.targets ?? {};
  return [
    good('end_talk', toolCall('end_talk', '{}')),
    ...Object.keys(targets).map((name) => good(`go_to ${name}`, toolCall('go_to', JSON.stringify({ name })))),
    failing('status 500', { status: 500, body: '' }),
  ];
}

/** As chat servers stream it. */
function toolCall(name: string, given: string): string {
  const delta = { content: 'Goodbye.', tool_calls: [{ index: 0, function: { name, arguments: given } }] };
  const event = JSON.stringify({ choices: [{ delta, finish_reason: 'tool_calls' }] });
  return `data: ${event}\n\ndata: [DONE]\n\n`;
}

function good(says: string, body: string): Replied {
  return { says, reply: { status: 200, body }, fails: false };
}

function failing(says: string, reply: Reply): Replied {
  return { says, reply, fails: true };
}
