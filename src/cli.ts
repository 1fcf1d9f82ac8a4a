#!/usr/bin/env node
const oldest = 24;

// What follows is loaded only then: an older Node would answer with a stack trace of some dependency.
if (Number.parseInt(process.versions.node, 10) < oldest) {
  process.stderr.write(`ariflow: needs Node ${oldest} or newer, this is ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  const { standardOutput } = await import('./commands/output.ts');
  const { runCommand } = await import('./commands/program.ts');
  process.exitCode = await runCommand(process.argv.slice(2), { env: process.env, output: standardOutput });
}
