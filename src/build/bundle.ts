import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { foldersAsLists } from './folders-as-lists.ts';
import { inAscii } from './in-ascii.ts';
import { withoutHttp2 } from './without-http2.ts';

const root = join(import.meta.dirname, '../..');
const src = join(root, 'src');
const dist = join(root, 'dist');

/** What is started by its name, as a process or as a thread. */
const programs = [
  ...['main', 'cli', 'up/main', 'storage/sqlite-worker', 'recordings/wav-worker'],
  'core/begin-sparingly', // which has to come before what it is imported with
  ...['daemon/checking-program', 'daemon/mapping-program', 'simulator/program', 'flow-tests/program'],
];

/** Packages that are loaded when somebody needs them, from where they are installed. */
const apart =
  /^(@aws-sdk\/|@google-cloud\/|@smithy\/|@fastify\/swagger-ui|@xmldom\/|ari-client$|json-p3$|pg$|undici$|xpath$)/;

/** Whether nothing that `dist` is built of has changed since. */
export function isBuilt(): boolean {
  const built = statSync(join(dist, 'main.js'), { throwIfNoEntry: false });
  if (!built || !existsSync(join(dist, 'console/index.html'))) return false;
  const sources = globSync(['src/**/*', 'package-lock.json'], { cwd: root });
  return sources.every((file) => statSync(join(root, file)).mtimeMs <= built.mtimeMs);
}

/**
 * Builds what runs from `dist`. All that a daemon loads at its start is in a few files: that takes half of the time that a thousand take. Only what has
 * changed is written, each file in one step, so that what runs from there goes on.
 */
export async function bundle(): Promise<void> {
  const began = new Date();
  await using built = await rolldown({
    input: Object.fromEntries(programs.map((name) => [name, join(src, `${name}.ts`)])),
    platform: 'node',
    external: apart,
    plugins: [foldersAsLists(src, ['actions', 'storage/migrations']), withoutHttp2],
    logLevel: 'warn',
  });
  const { output } = await built.generate({
    format: 'esm',
    chunkFileNames: 'parts/[name]-[hash].js',
    // Lines and names stay, for whoever reads a stack.
    comments: { legal: true, annotation: false, jsdoc: false },
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  const contents = new Map(
    output.map((file) => [file.fileName, file.type === 'chunk' ? inAscii(file.code) : file.source]),
  );
  for (const [name, content] of contents) write(join(dist, name), content);
  for (const file of globSync('**/*.{js,map}', { cwd: dist, exclude: ['console/**'] }))
    if (!contents.has(file)) rmSync(join(dist, file));
  utimesSync(join(dist, 'main.js'), began, began);
}

function write(file: string, content: string | Uint8Array): void {
  if (statSync(file, { throwIfNoEntry: false }) && readFileSync(file).equals(Buffer.from(content))) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, content);
  renameSync(`${file}.${process.pid}`, file);
}
