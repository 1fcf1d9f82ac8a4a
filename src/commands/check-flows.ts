import * as z from 'zod';
import { readFlowFile } from '../as-code/flow-file.ts';
import { messageOf, type Problem } from '../core/errors.ts';
import { wording } from '../core/misfits.ts';
import { adviceOn } from '../flows/advice/advice.ts';
import { inOrder } from '../flows/advice/in-order.ts';
import { flowDefaults } from '../flows/defaults.ts';
import { checkActions, type FlowRules } from '../flows/flow.ts';
import { loadActions } from '../flows/load-actions.ts';
import { problemsOf } from '../flows/option.ts';
import type { speechEngines } from '../speech/engines.ts';
import { knownVoices } from '../speech/known-voices.ts';
import { ssmlProblem } from '../speech/ssml.ts';
import { Espeak } from '../speech/tts/espeak.ts';
import { postToApi } from './api-request.ts';

export interface Findings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

interface Verdict {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Who speaks here. */
export type SpeakingHere = ReturnType<typeof speechEngines>;

interface WrittenFlow {
  readonly actions: unknown;
  readonly on_complete_flow_id?: unknown;
  readonly end_webhook?: unknown;
  readonly defaults?: unknown;
}

/** Says what is wrong with a flow, by paths that begin with `actions`. */
export type Judge = (flow: WrittenFlow) => Promise<Verdict>;

/** Judges by what there is on this machine. */
export async function ownJudge(
  checkUrl: FlowRules['checkUrl'],
  { local, engines }: SpeakingHere = { local: new Espeak(), engines: [] },
): Promise<Judge> {
  const catalogue = await loadActions();
  return async ({ actions, defaults: written = {} }) => {
    const voices = await knownVoices(local, engines);
    const { problems, warnings } = checkActions(actions, { catalogue, checkUrl, checkSsml: ssmlProblem });
    const { data: defaults, error } = flowDefaults.safeParse(written, wording);
    const ofDefaults = error ? problemsOf(error).map(inDefaults) : [];
    const advice = adviceOn(actions, { catalogue, voices, defaults });
    return { problems: [...problems, ...ofDefaults], warnings: inOrder([...warnings, ...advice]) };
  };
}

function inDefaults({ path, message }: Problem): Problem {
  return { path: path === '' ? 'defaults' : `defaults.${path}`, message };
}

const problems = z.array(z.object({ path: z.string(), message: z.string() }));
const verdict = z.object({ problems, warnings: problems });

/** Lets the daemon at a URL judge. */
export function judgeAt(url: string, env: NodeJS.ProcessEnv): Judge {
  return async ({ actions, on_complete_flow_id, end_webhook, defaults }) => {
    const flow = { actions, on_complete_flow_id, end_webhook, defaults };
    return verdict.parse(await postToApi('/v1.0/flows/validate', flow, { ...env, ARIFLOW_API_URL: url }));
  };
}

/** Checks a list of actions, or a flow as `POST /v1.0/flows` takes it and GET answers it. */
export async function checkFlowFile(file: string, judge: Judge): Promise<Findings> {
  try {
    const { fields, said } = await readFlowFile(file);
    const { problems: wrong, warnings } = await judge({ actions: fields.actions, ...fields });
    return { problems: wrong.map(said), warnings: warnings.map(said) };
  } catch (error) {
    return { problems: [messageOf(error)], warnings: [] };
  }
}
