import * as z from 'zod';
import { neverTime } from '../core/clock.ts';
import { getFromApi } from './api-request.ts';
import type { Output } from './output.ts';
import { table } from './table.ts';

export interface ListCallsOptions {
  readonly status?: string;
  readonly number?: string;
  readonly limit: string;
  readonly json?: boolean;
}

const address = z.object({ target: z.string() });
const calls = z.object({
  result: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      direction: z.string(),
      source: address,
      destination: address,
      hangup_reason: z.string(),
      tm_create: z.string(),
      tm_hangup: z.string(),
    }),
  ),
});

/** The newest calls. */
export async function listCalls(
  { status, number, limit, json }: ListCallsOptions,
  env: NodeJS.ProcessEnv,
  { out }: Output,
): Promise<void> {
  const query = new URLSearchParams({
    page_size: limit,
    ...(status !== undefined && { status }),
    ...(number !== undefined && { number }),
  });
  const answer = await getFromApi(`/v1.0/calls?${query}`, env);
  if (json) return out(JSON.stringify(answer, null, 2));
  const { result } = calls.parse(answer);
  const rows = result.map((call) => [
    call.id,
    call.direction,
    call.source.target,
    call.destination.target,
    call.hangup_reason === '' ? call.status : `${call.status} (${call.hangup_reason})`,
    call.tm_create.slice(0, 19),
    call.tm_hangup === neverTime ? '' : call.tm_hangup.slice(0, 19),
  ]);
  for (const line of table(['ID', 'DIRECTION', 'FROM', 'TO', 'STATUS', 'CREATED', 'ENDED'], rows)) out(line);
}
