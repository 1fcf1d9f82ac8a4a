import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { firstVariables } from '../api/given-actions.ts';
import { problemIn } from '../as-code/content.ts';
import { misfitsOf, wording } from '../core/misfits.ts';
import { instantIn as instantOf } from '../flow-tests/instant.ts';
import type { Answers } from '../simulator/caller.ts';
import type { Webhook } from '../simulator/web.ts';

/** Groups of keys, one for each input that waits; `-`: no key. @throws Error */
export function digitsIn(text = ''): readonly string[] {
  const groups = text.split(/[\s,]+/).filter((group) => group !== '');
  for (const group of groups)
    if (!/^(-|[0-9A-D*#]+)$/.test(group))
      throw new Error(`--digits: expected groups of 0-9 * # A-D, or -, got ${JSON.stringify(group)}`);
  return groups.map((group) => (group === '-' ? '' : group));
}

/** @throws Error */
export function instantIn(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const instant = instantOf(text);
  if (instant !== undefined) return new Date(instant);
  throw new Error(
    '--at: expected a moment such as 2026-12-24T18:05+01:00, or "2026-12-24 18:05 Europe/Berlin", by the clocks there',
  );
}

/** @throws Error */
export function seedIn(text = '1'): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error('--seed: expected a whole number of at most 9 digits');
}

/** `name=value`. @throws Error */
export function variablesIn(given: readonly string[] = []): Readonly<Record<string, string>> {
  const variables = given.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at <= 0) throw new Error(`--var: expected name=value, got ${JSON.stringify(text)}`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const { data, error } = firstVariables.safeParse(Object.fromEntries(variables), wording);
  if (data) return data;
  const [first] = misfitsOf(error);
  throw new Error(`--var: ${first?.path.map(String).join('')}: ${first?.message}`);
}

const kinds = ['human', 'machine', 'busy', 'noanswer', 'refused'] as const satisfies readonly Answers[];

/** One for each call that is made, the last for all that follow. @throws Error */
export function answersIn(given: readonly string[] | undefined): readonly Answers[] | undefined {
  const texts = given?.flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== '');
  if (texts?.length === 0) throw new Error(`--answer: expected ${kinds.join(', ')}`);
  return texts?.map((text) => {
    const kind = kinds.find((each) => each === text);
    if (!kind) throw new Error(`--answer: expected ${kinds.join(', ')}, got ${JSON.stringify(text)}`);
    return kind;
  });
}

/** A file that says more of a reply than its body. */
const described = z.strictObject({
  status: z.int().min(100).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown(),
  failure: z.enum(['timeout', 'unreachable']).optional(),
  delay: z.number().min(0).max(3_600_000).optional(),
});

/** `pattern=file`: what a server answers is what is in the file. @throws Error */
export async function webhooksIn(given: readonly string[] = []): Promise<readonly Webhook[]> {
  const webhooks: Webhook[] = [];
  for (const text of given) {
    const at = text.lastIndexOf('=');
    if (at <= 0) throw new Error(`--webhook: expected pattern=file, got ${JSON.stringify(text)}`);
    const [, method, url = ''] = /^(?:([A-Z]+) +)?(.*)$/s.exec(text.slice(0, at)) ?? [];
    const file = text.slice(at + 1);
    const reply = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new Error(`--webhook: ${problemIn(file, error)}`);
    });
    webhooks.push({ url, ...(method !== undefined && { method }), ...replyIn(reply) });
  }
  return webhooks;
}

/** JSON with a `status` or a `failure` describes a reply; anything else is the body of one. */
function replyIn(text: string): Omit<Webhook, 'url' | 'method'> {
  const content = jsonIn(text);
  const isDescribed =
    typeof content === 'object' && content !== null && ('status' in content || 'failure' in content);
  const { data } = described.safeParse(isDescribed ? content : undefined);
  const json = { 'content-type': 'application/json' };
  if (!data) return { body: text, ...(content !== undefined && { headers: json }) };
  const { body = '', headers, ...rest } = data;
  return typeof body === 'string'
    ? { ...rest, headers, body }
    : { ...rest, headers: { ...json, ...headers }, body: JSON.stringify(body) };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
