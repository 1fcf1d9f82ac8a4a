import * as z from 'zod';
import { deleteFromApi, postToApi } from './api-request.ts';
import type { Output } from './output.ts';

export interface DrainOptions {
  readonly undo?: boolean;
  readonly json?: boolean;
}

const view = z.object({ draining: z.boolean(), calls: z.number(), activeflows: z.number() });

/** Keeps new calls out of a daemon, or lets them in again, and says what lives there. */
export async function drain(
  { undo, json }: DrainOptions,
  env: NodeJS.ProcessEnv,
  { out }: Output,
): Promise<void> {
  const path = '/v1.0/drain';
  const answer = undo ? await deleteFromApi(path, env) : await postToApi(path, {}, env);
  if (json) return out(JSON.stringify(answer, null, 2));
  const { draining, calls, activeflows } = view.parse(answer);
  const state = draining ? 'new calls are refused' : 'new calls are taken';
  out(`${state}; still live: calls ${calls}, activeflows ${activeflows}`);
}
