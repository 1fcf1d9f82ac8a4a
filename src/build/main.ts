import { build } from './build.ts';
import { isBuilt } from './bundle.ts';

/** `npm run build`. Before `npm start` and `npm run up` with `--if-changed`. */
if (!process.argv.includes('--if-changed') || !isBuilt()) await build();
