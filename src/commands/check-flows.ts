import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
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
  const placed = ({ path, message }: Problem): string =>
    `${file}: ${path === '' ? '' : `${path}: `}${message}`;
  try {
    const { problems: wrong, warnings } = await checkContent(await readFlow(file), judge);
    return { problems: wrong.map(placed), warnings: warnings.map(placed) };
  } catch (error) {
    return { problems: [`${file}: ${messageOf(error)}`], warnings: [] };
  }
}

async function readFlow(file: string): Promise<unknown> {
  if ((await stat(file)).isDirectory())
    throw new Error('expected a file; a folder is checked by `ariflow apply --plan`');
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`expected JSON: ${messageOf(error)}`);
  }
}

async function checkContent(flow: unknown, judge: Judge): Promise<Verdict> {
  if (Array.isArray(flow)) {
    const { problems: wrong, warnings } = await judge({ actions: flow });
    return { problems: wrong.map(inList), warnings: warnings.map(inList) };
  }
  if (typeof flow === 'object' && flow !== null && 'actions' in flow) return judge(flow);
  const message = 'expected a list of actions, or an object with one as actions';
  return { problems: [{ path: '', message }], warnings: [] };
}

/** In a file that is the list alone. */
function inList({ path, message }: Problem): Problem {
  return { path: path.replace(/^actions/, ''), message };
}
