import { readFile } from 'node:fs/promises';
import { type Config, configFile, parseConfig } from '../config/config.ts';
import { unknownVariables, warningOf } from '../config/variables.ts';
import { configWarnings } from '../config/warnings.ts';
import { messageOf, type Problem } from '../core/errors.ts';
import { checkActions, type FlowRules } from '../flows/flow.ts';
import { loadActions } from '../flows/load-actions.ts';
import { AddressPolicy } from '../http/address-policy.ts';
import { exitCodes, type Output, printable } from './output.ts';

interface Findings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Checks the configuration and flow files without a daemon: every problem with its place. Answers the exit code. */
export async function check(
  files: readonly string[],
  env: NodeJS.ProcessEnv,
  output: Output,
): Promise<number> {
  const { config, ...ofConfig } = checkConfig(env);
  const rules = { catalogue: await loadActions(), checkUrl: urlRule(config) };
  const findings: Findings[] = [ofConfig];
  for (const file of files) findings.push(await checkFlowFile(file, rules));
  const problems = findings.flatMap((found) => found.problems);
  const warnings = findings.flatMap((found) => found.warnings);
  for (const warning of warnings) output.err(`warning: ${printable(warning)}`);
  for (const problem of problems) output.err(printable(problem));
  if (problems.length > 0) {
    output.err(`ariflow: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`);
    return exitCodes.failed;
  }
  output.out(files.length === 0 ? 'the configuration is good' : 'the configuration and the flows are good');
  return 0;
}

function checkConfig(env: NodeJS.ProcessEnv): Findings & { readonly config: Config | undefined } {
  const warnings = unknownVariables(env).map(warningOf);
  try {
    const { config, problems } = parseConfig(env);
    return {
      config,
      warnings: [...warnings, ...(config ? configWarnings(config) : [])],
      problems: problems.map((problem) => `${configFile(env)}: ${problem}`),
    };
  } catch (error) {
    return { config: undefined, warnings, problems: [messageOf(error)] };
  }
}

/** What the daemon would say of a URL; nothing while the configuration is wrong. */
function urlRule(config: Config | undefined): FlowRules['checkUrl'] {
  if (!config) return undefined;
  const policy = new AddressPolicy({ allow: config.webhook.allow, allowHttp: config.allow_http });
  return (url) => {
    const checked = policy.checkUrl(url);
    return 'problem' in checked ? checked.problem : undefined;
  };
}

async function checkFlowFile(file: string, rules: FlowRules): Promise<Findings> {
  let flow: unknown;
  try {
    flow = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return { problems: [`${file}: ${messageOf(error)}`], warnings: [] };
  }
  const { problems, warnings } = checkContent(flow, rules);
  const placed = ({ path, message }: Problem): string =>
    `${file}: ${path === '' ? '' : `${path}: `}${message}`;
  return { problems: problems.map(placed), warnings: warnings.map(placed) };
}

/** A list of actions, or a flow as `POST /v1.0/flows` takes it and GET answers it. */
function checkContent(
  flow: unknown,
  rules: FlowRules,
): { problems: readonly Problem[]; warnings: readonly Problem[] } {
  if (Array.isArray(flow)) return checkActions(flow, { ...rules, base: '' });
  if (typeof flow === 'object' && flow !== null && 'actions' in flow) {
    return checkActions(flow.actions, rules);
  }
  return {
    problems: [{ path: '', message: 'expected a list of actions, or an object with one as actions' }],
    warnings: [],
  };
}
