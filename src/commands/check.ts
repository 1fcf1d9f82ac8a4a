import { type Config, configFile, parseConfig } from '../config/config.ts';
import { unknownVariables, warningOf } from '../config/unknown-variables.ts';
import { configWarnings } from '../config/warnings.ts';
import { messageOf } from '../core/errors.ts';
import type { FlowRules } from '../flows/flow.ts';
import { hearingEngines } from '../hearing/engines.ts';
import { AddressPolicy } from '../http/address-policy.ts';
import { speechEngines } from '../speech/engines.ts';
import { providerLine, providersOf } from '../speech/providers.ts';
import { checkFlowFile, type Findings, judgeAt, ownJudge } from './check-flows.ts';
import { exitCodes, type Output, printable } from './output.ts';

/**
 * Checks the configuration and flow files, every problem with its place; flows by the daemon at `api`, which knows what is stored,
 * or without one. Answers the exit code.
 */
export async function check(
  files: readonly string[],
  env: NodeJS.ProcessEnv,
  output: Output,
  api?: string,
): Promise<number> {
  const { config, ...ofConfig } = checkConfig(env);
  const speaking = config && speechEngines(config, env);
  const judge = api === undefined ? await ownJudge(urlRule(config), speaking) : judgeAt(api, env);
  const findings: Findings[] = [ofConfig];
  for (const file of files) findings.push(await checkFlowFile(file, judge));
  const problems = findings.flatMap((found) => found.problems);
  const warnings = findings.flatMap((found) => found.warnings);
  for (const warning of warnings) output.err(`warning: ${printable(warning)}`);
  for (const problem of problems) output.err(printable(problem));
  if (problems.length > 0) {
    if (problems.some((problem) => namesMissed.test(problem)))
      output.err(
        'ariflow: files with names in the place of ids are checked by `ariflow apply --plan`, with their folder',
      );
    output.err(`ariflow: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`);
    return exitCodes.failed;
  }
  if (files.length === 0 && config) for (const line of providerLines(config, env)) output.err(line);
  output.out(files.length === 0 ? 'the configuration is good' : 'the configuration and the flows are good');
  return 0;
}

/** Of an option that leads to what is stored. */
const namesMissed = /expected the id of an? (?!action)/;

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

/** Who can be asked to speak and to listen, and why the others cannot. */
function providerLines(config: Config, env: NodeJS.ProcessEnv): string[] {
  const listening = hearingEngines(config, env);
  return providersOf({ speaking: speechEngines(config, env).engines, listening }).map(providerLine);
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
