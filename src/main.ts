import './core/begin-sparingly.ts';
import { reportFailure, standardOutput } from './commands/output.ts';
import { start } from './commands/start.ts';

/** The daemon alone: what `up` supervises, and `npm start`. */
try {
  await start(process.env);
} catch (error) {
  process.exitCode = reportFailure(error, standardOutput);
}
