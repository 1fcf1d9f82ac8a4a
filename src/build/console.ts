import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'src/console');
const target = join(root, 'dist/console');

/** Builds the page: `dist/console/index.html`, and what that asks for in `assets`, each named after its content. */
export async function buildConsole(): Promise<void> {
  const styles = new Map<string, string>();
  await using built = await rolldown({
    input: join(source, 'main.tsx'),
    platform: 'browser',
    tsconfig: join(source, 'tsconfig.json'),
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [stylesheets(styles)],
    logLevel: 'warn',
    // `use client` is for servers that render pages, of which there is none here.
    onLog: (level, log, say) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && say(level, log),
  });
  const { output } = await built.generate({
    format: 'esm',
    minify: true,
    entryFileNames: 'assets/[name]-[hash].js',
    chunkFileNames: 'assets/[name]-[hash].js',
    comments: { legal: false, annotation: false, jsdoc: false },
  });
  const [main] = output;
  const style = addStyle(styles, join(source, 'style/console.css'));
  const files = new Map<string, string | Uint8Array>(styles);
  for (const file of output) files.set(file.fileName, file.type === 'chunk' ? file.code : file.source);
  for (const [name, content] of files) write(name, content);
  // Last: it names the others.
  write('index.html', page(main.fileName, style));
  for (const name of globSync('assets/*', { cwd: target })) if (!files.has(name)) rmSync(join(target, name));
}

/** Importing a stylesheet answers its address: whoever needs it has the page load it. */
function stylesheets(styles: Map<string, string>): Plugin {
  return {
    name: 'stylesheets',
    load(id) {
      if (!id.endsWith('.css')) return undefined;
      return { code: `export default ${JSON.stringify(`/${addStyle(styles, id)}`)};`, moduleType: 'js' };
    },
  };
}

function addStyle(styles: Map<string, string>, file: string): string {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const name = `assets/${parse(file).name}-${hash}.css`;
  styles.set(name, text);
  return name;
}

function page(script: string, style: string): string {
  return readFileSync(join(source, 'index.html'), 'utf8')
    .replace('SCRIPT', `/${script}`)
    .replace('STYLE', `/${style}`);
}

/** In one step: a daemon may be serving it. */
function write(name: string, content: string | Uint8Array): void {
  const file = join(target, name);
  mkdirSync(parse(file).dir, { recursive: true });
  writeFileSync(`${file}.${process.pid}`, content);
  renameSync(`${file}.${process.pid}`, file);
}
