import { reportFailure, standardOutput } from './commands/output.ts';
import { keepYoungGeneration } from './core/young-generation.ts';

/** The daemon alone: what `up` supervises, and `npm start`. */
try {
  keepYoungGeneration();
  const { start } = await import('./commands/start.ts');
  await start(process.env);
} catch (error) {
  process.exitCode = reportFailure(error, standardOutput);
}
