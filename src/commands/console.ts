import * as z from 'zod';
import { postToApi } from './api-request.ts';
import type { Output } from './output.ts';

const made = z.object({ url: z.string() });

/** A link to the console, which lets in whoever opens it first. */
export async function linkToConsole(env: NodeJS.ProcessEnv, { out }: Output): Promise<void> {
  out(`console ${made.parse(await postToApi('/v1.0/sessions/codes', {}, env)).url}`);
}
