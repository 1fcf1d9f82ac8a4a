import * as z from 'zod';
import { getFromApi } from './api-request.ts';
import type { Output } from './output.ts';
import { table } from './table.ts';

export interface ListFlowsOptions {
  readonly limit: string;
  readonly json?: boolean;
}

const flows = z.object({
  result: z.array(
    z.object({ id: z.string(), name: z.string(), actions: z.array(z.unknown()), tm_update: z.string() }),
  ),
});

/** The newest flows. */
export async function listFlows(
  { limit, json }: ListFlowsOptions,
  env: NodeJS.ProcessEnv,
  { out }: Output,
): Promise<void> {
  const answer = await getFromApi(`/v1.0/flows?${new URLSearchParams({ page_size: limit })}`, env);
  if (json) return out(JSON.stringify(answer, null, 2));
  const { result } = flows.parse(answer);
  const rows = result.map((flow) => [
    flow.id,
    flow.name,
    String(flow.actions.length),
    flow.tm_update.slice(0, 19),
  ]);
  for (const line of table(['ID', 'NAME', 'ACTIONS', 'UPDATED'], rows)) out(line);
}
