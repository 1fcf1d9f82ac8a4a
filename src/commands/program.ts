import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { type ApplyOptions, apply } from './apply.ts';
import { backupTo, type RestoreOptions, restoreFrom } from './backup.ts';
import { check } from './check.ts';
import { linkToConsole } from './console.ts';
import { doctor } from './doctor.ts';
import { type DrainOptions, drain } from './drain.ts';
import type { ExploreCommandOptions } from './explore.ts';
import { exportTo } from './export.ts';
import { type ListCallsOptions, listCalls } from './list-calls.ts';
import { type ListFlowsOptions, listFlows } from './list-flows.ts';
import { exitCodes, type Output, reportFailure } from './output.ts';
import { printConfig } from './print-config.ts';
import type { ReplayCommandOptions } from './replay.ts';
import { restart } from './restart.ts';
import type { SimulateOptions } from './simulate.ts';
import { start } from './start.ts';
import type { TestOptions } from './test.ts';
import { writeAsteriskConfig } from './write-asterisk-config.ts';

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly output: Output;
}

/** Runs a command line (without program and script); answers the exit code. A daemon that was started goes on. */
export async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { output } = surroundings;
  let code = 0;
  const program = programOf(surroundings, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    return reportFailure(error, output);
  }
}

type Exit = (code: number) => void;

function programOf(surroundings: Surroundings, exitWith: Exit): Command {
  const { output } = surroundings;
  const program = new Command('ariflow')
    .description(
      'JSON flows on the calls of an Asterisk. Configuration: ariflow.yaml and ARIFLOW_… variables.',
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text.trimEnd()),
      writeErr: (text) => output.err(text.trimEnd()),
      outputError: (text, write) => write(`ariflow: ${text.replace(/^error: /, '')}`),
    });
  addStart(program, surroundings);
  addOffline(program, surroundings, exitWith);
  addLists(program, surroundings);
  addOrders(program, surroundings);
  addFiles(program, surroundings, exitWith);
  addSimulation(program, surroundings, exitWith);
  addExplore(program, surroundings, exitWith);
  addTests(program, surroundings, exitWith);
  addReplay(program, surroundings, exitWith);
  addBackups(program, surroundings);
  addDoctor(program, surroundings, exitWith);
  return program;
}

function addStart(program: Command, { env, output }: Surroundings): void {
  program
    .command('start', { isDefault: true })
    .description('start the daemon')
    .option('--print-config', 'print the configuration in force, without secrets, instead')
    .allowExcessArguments() // a mistyped command ends here, and is to be told as such
    .action(async (options: { printConfig?: boolean }, { args: [unknown] }: Command) => {
      if (unknown !== undefined) program.error(`error: unknown command '${unknown}'`);
      if (options.printConfig) printConfig(env, output);
      else await start(env);
    });
}

/** What needs no daemon. */
function addOffline(program: Command, { env, output }: Surroundings, exitWith: Exit): void {
  program
    .command('check')
    .description('check the configuration and flow files')
    .argument('[flow.json...]', 'lists of actions, or flows')
    .option('--api <url>', 'let the daemon there check the flows: it knows which ids there are')
    .action(async (files: string[], { api }: { api?: string }) =>
      exitWith(await check(files, env, output, api)),
    );
  program
    .command('config')
    .description('print the configuration in force, without secrets')
    .option('--print-config', 'the same')
    .action(() => printConfig(env, output));
  program
    .command('asterisk-config')
    .description('write the configuration for an Asterisk of this daemon, passwords included')
    .argument('<directory>')
    .action((directory: string) => writeAsteriskConfig(directory, env, output));
}

/** What asks a daemon that runs. */
function addLists(program: Command, { env, output }: Surroundings): void {
  const list = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--limit <count>', 'at most so many, 1 to 100', '20')
      .option('--json', 'as the API answers them');
  list('calls', 'list the newest calls of the daemon at ARIFLOW_API_URL, or of this machine')
    .option('--status <status>', 'only those: dialing, ringing, progressing, hangup …')
    .option('--number <number>', 'only those from or to this number')
    .action((options: ListCallsOptions) => listCalls(options, env, output));
  list('flows', 'list the newest flows').action((options: ListFlowsOptions) =>
    listFlows(options, env, output),
  );
}

/** What is ordered of a daemon that runs. */
function addOrders(program: Command, { env, output }: Surroundings): void {
  program
    .command('drain')
    .description(
      'keep new calls out of the daemon at ARIFLOW_API_URL, or of this machine; those that live go on',
    )
    .option('--undo', 'let them in again')
    .option('--json', 'as the API answers')
    .action((options: DrainOptions) => drain(options, env, output));
  program
    .command('console')
    .description(
      'print a link to the console of the daemon at ARIFLOW_API_URL, or of this machine: for one visit, within 10 minutes',
    )
    .action(() => linkToConsole(env, output));
  program
    .command('restart')
    .description('start the daemon under `npm run up` anew; Asterisk and its calls go on')
    .action(() => restart(env, output));
}

/** What a daemon has, as files. */
function addFiles(program: Command, { env, output }: Surroundings, exitWith: Exit): void {
  program
    .command('apply')
    .description('have the daemon have what the files of a folder say: flows, numbers, queues …')
    .argument('<directory>', 'with a folder for each kind')
    .option('--plan', 'say what would be done, and do nothing')
    .option('--prune', 'delete what no file says, of the kinds that have a folder')
    .option('--all', 'write all of it anew, also what is as it should be: so secrets are replaced')
    .action(async (directory: string, options: ApplyOptions) =>
      exitWith(await apply(directory, options, env, output)),
    );
  program
    .command('export')
    .description('write what the daemon has into files that apply takes')
    .argument('<directory>')
    .action((directory: string) => exportTo(directory, env, output));
}

/** Whatever is said more than once. */
const several = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** A call without a phone. It takes more to be loaded than all the rest of the commands. */
function addSimulation(program: Command, { env, output }: Surroundings, exitWith: Exit): void {
  program
    .command('simulate')
    .description('run a flow without a phone: what its caller hears, and where it goes')
    .argument('[flow.json]', 'a list of actions, or a flow; without it, what is on the number of --to')
    .option('--digits <groups>', 'the keys that he presses, a group for each input that waits; -: none')
    .option('--say <text>', 'what he says where words are waited for, one after the other', several)
    .option('--at <time>', 'when he calls: 2026-12-24T18:05+01:00')
    .option('--from <number>', 'who he is')
    .option('--to <number>', 'the number that he dials')
    .option('--var <name=value>', 'a variable that is set before the first action', several)
    .option('--webhook <pattern=file>', 'what a server answers: *, in URLs, is anything', several)
    .option('--answer <how>', 'whom the flow calls: human, machine, busy, noanswer, refused', several)
    .option('--seed <number>', 'other ids and choices')
    .option('--data <directory>', 'other flows, numbers, queues, agents: a folder as apply takes it')
    .option('--api <url>', 'the same from a daemon')
    .option('--online', 'make the requests of which no --webhook says what is answered')
    .option('--json', 'an object for each step, in lines')
    .action(async (file: string | undefined, options: SimulateOptions) => {
      const { simulateFlow } = await import('./simulate.ts');
      exitWith(await simulateFlow(file, options, env, output));
    });
}

/** What the authors of flows try them by. */
function addTests(program: Command, { output }: Surroundings, exitWith: Exit): void {
  program
    .command('test')
    .description('run tests of flows: what a caller does and hears, and what comes of it')
    .argument('<files...>', 'files of tests, or folders in which there are folders called tests')
    .option('--filter <text>', 'only the tests whose names have this in them')
    .option('--bail', 'none after the first that fails')
    .option('--junit <file>', "write the results there, as JUnit's XML")
    .option('--coverage', 'say which actions were never done, and which ways out of them never taken')
    .action(async (files: string[], options: TestOptions) => {
      const { testFlows } = await import('./test.ts');
      exitWith(await testFlows(files, options, output));
    });
}

/** What a caller would have met. */
function addReplay(program: Command, { env, output }: Surroundings, exitWith: Exit): void {
  program
    .command('replay')
    .description('run a call of a flow with trace once more, and say what goes another way')
    .argument('<call>', 'its id, in the daemon at ARIFLOW_API_URL, or of this machine')
    .option('--flow <flow.json>', 'another flow than it had: what its caller would have met')
    .option('--digits <groups>', 'the keys that were for its flow alone, a group for each input; -: none')
    .option('--json', 'one object')
    .action(async (call: string, options: ReplayCommandOptions) => {
      const { replayCall } = await import('./replay.ts');
      exitWith(await replayCall(call, options, env, output));
    });
}

function addExplore(program: Command, { env, output }: Surroundings, exitWith: Exit): void {
  program
    .command('explore')
    .description('walk every way that a flow can go, and say what is wrong with it')
    .argument('<flow.json>', 'a list of actions, or a flow')
    .option('--at <time>', 'when calls come where that is no matter: 2026-12-24T18:05+01:00')
    .option('--from <number>', 'who calls')
    .option('--to <number>', 'the number that is dialled')
    .option('--var <name=value>', 'a variable that is set before the first action', several)
    .option('--data <directory>', 'other flows, queues, schedules: a folder as apply takes it')
    .option('--api <url>', 'the same from a daemon')
    .option('--runs <count>', 'at most so many calls')
    .option('--states <count>', 'at most so many different states')
    .option('--depth <count>', 'at most so many decisions in one call')
    .option('--time <seconds>', 'at most so long')
    .option('--tests <file>', 'write what leads to the findings as cases of `ariflow test`')
    .option('--json', 'as one JSON object')
    .action(async (file: string, options: ExploreCommandOptions) => {
      const { exploreFlow } = await import('./explore.ts');
      exitWith(await exploreFlow(file, options, env, output));
    });
}

/** What has to outlive a machine. */
function addBackups(program: Command, { env, output }: Surroundings): void {
  program
    .command('backup')
    .description(
      'keep database, recordings, sounds and keys in a folder, while the daemon of this machine runs',
    )
    .argument('<directory>', 'a new one')
    .action((directory: string) => backupTo(directory, env, output));
  program
    .command('restore')
    .description('put a backup into an empty ARIFLOW_DATA_DIR')
    .argument('<directory>')
    .option('--check', 'only say whether it is whole')
    .action((directory: string, options: RestoreOptions) => restoreFrom(directory, options, env, output));
}

function addDoctor(program: Command, { env, output }: Surroundings, exitWith: Exit): void {
  program
    .command('doctor')
    .description('look at what goes wrong outside: Asterisk, certificate, ports, NAT, codecs, clock, disk')
    .action(async () => exitWith(await doctor(env, output)));
}
