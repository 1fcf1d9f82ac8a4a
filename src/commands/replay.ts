import * as z from 'zod';
import { zeroId } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { loadActions } from '../flows/load-actions.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import { Installing } from '../simulator/installing.ts';
import { readDaemon, saidOf } from '../simulator/reading.ts';
import { answeredCall, firstFlow } from '../simulator/replay/recorded-call.ts';
import { type Replayed, replay } from '../simulator/replay/replay.ts';
import { getFromApi } from './api-request.ts';
import { daemonAt } from './daemon-at.ts';
import { exitCodes, type Output, printable } from './output.ts';
import { digitsIn } from './simulate-options.ts';
import { flowIn } from './simulation-of.ts';

export interface ReplayCommandOptions {
  readonly flow?: string;
  readonly digits?: string;
  readonly json?: boolean;
}

/**
 * Runs a recorded call once more, with its own flow or another one. Answers the exit code: 0 where it goes as it did, 1 where not, 2
 * where it cannot be run.
 */
export async function replayCall(
  callId: string,
  options: ReplayCommandOptions,
  env: NodeJS.ProcessEnv,
  { out, err }: Output,
): Promise<number> {
  let replayed: Replayed;
  try {
    replayed = await replayOf(callId, options, env);
  } catch (error) {
    for (const line of messageOf(error).split('\n')) err(`ariflow: ${printable(line)}`);
    return exitCodes.usage;
  }
  if (options.json) out(JSON.stringify(replayed, null, 2));
  else for (const line of linesOf(replayed)) out(printable(line));
  return replayed.is_same ? 0 : exitCodes.failed;
}

async function replayOf(
  callId: string,
  { flow: file, digits }: ReplayCommandOptions,
  env: NodeJS.ProcessEnv,
): Promise<Replayed> {
  const path = `/v1.0/calls/${encodeURIComponent(callId)}`;
  const given = { digits: digitsIn(digits) };
  const answered = answeredCall.parse({
    call: await getFromApi(path, env),
    timeline: await getFromApi(`${path}/timeline`, env),
  });
  const read = await readDaemon(daemonAt(env));
  const catalogue = await loadActions();
  const installing = new Installing(read.given, catalogue);
  const { installation } = installing;
  const { flow_id, flow_revision, activeflow_id } = firstFlow(answered);
  const written =
    file === undefined
      ? {
          fields: await flowThen({ flow_id, flow_revision, activeflow_id }, env),
          said: saidOf(`flow ${flow_id}, revision ${flow_revision}`),
        }
      : await flowIn(file, read);
  const own = new Installing([], catalogue);
  const flow: FlowToRun | undefined = own.flow({ id: flow_id, ...written });
  if (!flow || own.problems.length > 0) throw new Error(own.problems.join('\n'));
  return replay({ catalogue, answered, flow, installation, ...given });
}

const fields = z.looseObject({ actions: z.array(z.unknown()) });

/** What ran: the revision of then; where that is gone, or was none, the actions that its activeflow had. */
async function flowThen(
  {
    flow_id,
    flow_revision,
    activeflow_id,
  }: { flow_id: string; flow_revision: number; activeflow_id: string },
  env: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, unknown>>> {
  const stored =
    flow_id === zeroId || flow_revision === 0
      ? undefined
      : await getFromApi(`/v1.0/flows/${flow_id}/revisions/${flow_revision}`, env).catch(() => undefined);
  const found = fields.safeParse(stored);
  return found.data ?? fields.parse(await getFromApi(`/v1.0/activeflows/${activeflow_id}`, env));
}

/** `-` is what was and is no more, `+` what is and was not. */
function linesOf({ steps, assumed }: Replayed): string[] {
  const lines = steps.map(({ was, is }) => {
    if (was === is) return `  ${was}`;
    return was === undefined ? `+ ${is}` : `- ${was}`;
  });
  const count = steps.filter(({ was, is }) => was !== is).length;
  const how = count === 0 ? 'the same as then' : `${count} of them other than then`;
  return [...lines, ...assumed.map((what) => `assumed: ${what}`), `  ${steps.length} steps, ${how}`];
}
