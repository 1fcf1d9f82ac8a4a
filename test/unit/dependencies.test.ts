import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const src = join(root, 'src');

/**
 * Which part of src may import which, besides itself (docs/architecture.md). What is not here fails: a new part finds
 * its place first. `whole` puts the parts together and may import everything; nobody imports it.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  ari: ['core'],
  calls: ['ari', 'core'],
  ports: ['calls', 'ari', 'core'],
  // Beside each other: the language and the engine, and the things that actions use through ports.
  flows: ['ports', 'calls', 'ari', 'core'],
  http: ['ports', 'core'],
  speech: ['ports', 'calls', 'core'],
  hearing: ['ports', 'calls', 'ari', 'core'],
  media: ['ports', 'http', 'calls', 'core'],
  sounds: ['media', 'ports', 'calls', 'ari', 'core'],
  recordings: ['ports', 'calls', 'ari', 'core'],
  transcribes: ['recordings', 'ports', 'calls', 'core'],
  'external-media': ['ports', 'http', 'calls', 'ari', 'core'],
  agents: ['ports', 'calls', 'core'],
  extensions: ['ports', 'ari', 'core'],
  trunks: ['ports', 'calls', 'ari', 'core'],
  conferences: ['ports', 'calls', 'ari', 'core'],
  amd: ['calls', 'ari', 'core'],
  // What runs flows, or is run by their actions.
  queues: ['flows', 'agents', 'ports', 'calls', 'core'],
  outgoing: ['extensions', 'trunks', 'flows', 'ports', 'calls', 'core'],
  transfers: ['flows', 'ports', 'calls', 'ari', 'core'],
  messages: ['outgoing', 'flows', 'ports', 'calls', 'ari', 'core'],
  'flow-requests': ['flows', 'news', 'webhooks', 'http', 'ports', 'calls', 'core'],
  schedules: ['flows', 'ports', 'core'],
  voicemail: ['flows', 'speech', 'ports', 'calls', 'ari', 'core'],
  reception: ['messages', 'extensions', 'flows', 'ports', 'calls', 'core'],
  chatbots: ['flows', 'hearing', 'http', 'ports', 'calls', 'ari', 'core'],
  asking: ['flows', 'hearing', 'speech', 'media', 'ports', 'calls', 'ari', 'core'],
  actions: [
    ...['flows', 'flow-requests', 'outgoing', 'queues', 'conferences', 'external-media'],
    ...['asking', 'chatbots', 'voicemail', 'hearing', 'speech', 'media', 'amd', 'ports', 'calls', 'core'],
  ],
  news: [
    'flows',
    'messages',
    'queues',
    'recordings',
    'transcribes',
    'voicemail',
    'conferences',
    'agents',
    'extensions',
    'external-media',
    'trunks',
    'ports',
    'calls',
    'core',
  ],
  storage: [
    'sounds',
    'schedules',
    'news',
    'flows',
    'queues',
    'chatbots',
    'voicemail',
    'recordings',
    'conferences',
    'agents',
    'extensions',
    'trunks',
    'ports',
    'core',
  ],
  sharing: ['storage', 'core'],
  webhooks: ['news', 'http', 'ports', 'core'],
  // All that lives, after a daemon that has died.
  recovery: ['flows', 'calls', 'ari', 'core'],
  api: [
    ...[
      'schedules',
      'storage',
      'webhooks',
      'news',
      'outgoing',
      'flows',
      'queues',
      'recordings',
      'conferences',
      'agents',
    ],
    ...[
      'transcribes',
      'chatbots',
      'voicemail',
      'messages',
      'extensions',
      'trunks',
      'speech',
      'media',
      'sounds',
      'ports',
      'calls',
    ],
    ...['config', 'core'],
  ],
  asterisk: ['ari', 'config', 'core'],
  'as-code': ['core'],
  doctor: ['asterisk', 'config', 'core'],
  backup: ['storage', 'recordings', 'core'],
  build: [],
  // What runs in browsers knows of a daemon what its API says.
  console: [],
  up: ['asterisk', 'config', 'core'],
};

/** What makes `dist` of all of it is no part of it, and the page neither: their packages are for development. */
const isOfDaemon = ({ name }: SourceFile): boolean => !/^(build|console)\//.test(name);

/** In what is built, a module lies elsewhere. These know, and packages are found from anywhere. */
const mayKnowWhereItLies =
  /^(build\/|core\/(package-files|modules-of|when-needed|plain-channel)\.ts$|ari\/(ari-client|generate-events)\.ts$)/;

/** Where the parts are put together. */
const together = new Set(['commands', 'daemon', 'simulator', 'flow-tests', 'explore']);

/** A thing owns its parts, and can say what it holds. These keep what can be computed again: of a list, of who has computed. */
const mayKeepBeside = /^(core\/fair-thread|flows\/(cursor|position))\.ts$/;

/** What is in Asterisk has an id that is made of words: random ones are those of records and of calls that come in. */
const talksToAsterisk = /^(ari|calls|amd|actions|external-media|recordings|conferences|queues|transfers)\//;
const mayBeRandom =
  /^(calls\/call-registry|recordings\/recordings|conferences\/(confbridges|conferencecalls))\.ts$/;

/**
 * All that waits or tells the time asks `core/clock.ts`, which is replaced as a whole. But for what is about the process and
 * not about anybody who waits for it: `up` and an Asterisk that starts, the command line, the times of files.
 */
const ownTime =
  /\b(set(Timeout|Interval|Immediate)|performance\.(now|timeOrigin)|Date\.now|AbortSignal\.timeout|process\.(hrtime|uptime))\b|\bnew Date\(\)|\btimers\/promises\b/;
const mayHaveItsOwnTime =
  /^(build|console|up|asterisk|commands|doctor)\/|^core\/(clock|cached-files)\.ts$|^simulator\/virtual-clock\.ts$/;

/** The environment belongs to these: whoever else needs of it is told its configuration. */
const mayReadEnvironment =
  /^(core|up|asterisk|build)\/|^(config\/config|cli|main)\.ts$|^ari\/generate-events\.ts$/;
/** Elsewhere `onAbort`, `whenAborted` and `child({ until })` do; the requests to Asterisk are too many for an object more. */
const mayListen = /^(core\/|ari\/ari-socket\.ts$)/;

interface SourceFile {
  /** Below `src`. */
  readonly name: string;
  readonly text: string;
  readonly lines: number;
  /** Of our own: below `src`, type-only ones too. */
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

const files: readonly SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .sort()
  .map(readSource);

function readSource(name: string): SourceFile {
  const text = readFileSync(join(src, name), 'utf8');
  const found = text.matchAll(
    /^(?:import|export)\b[^'"();=]*\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  const targets = [...found].map(([, from, whole, expression]) => from ?? whole ?? expression ?? '');
  const own = targets.filter((target) => target.startsWith('.'));
  return {
    name,
    text,
    lines: text.split('\n').length - 1,
    imports: own.map((target) => relative(src, resolve(src, dirname(name), target))),
    packages: targets.filter((target) => !target.startsWith('.') && !target.startsWith('node:')),
  };
}

function partOf(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length > 0) return together.has(first) ? 'whole' : first;
  return first === 'version.ts' ? 'config' : 'whole';
}

describe('src', () => {
  test('is found, with its imports', () => {
    expect(files.length).toBeGreaterThan(80);
    const call = files.find(({ name }) => name === 'calls/call.ts');
    expect(call?.imports).toContain('core/scope.ts');
    expect(call?.imports).toContain('ari/events.gen.ts'); // a type
  });

  test('imports only files that are there', () => {
    const missing = files.flatMap(({ name, imports }) =>
      imports.filter((target) => !existsSync(join(src, target))).map((target) => `${name} → ${target}`),
    );
    expect(missing).toEqual([]);
  });

  test('imports in one direction only', () => {
    const wrong = files.flatMap(({ name, imports }) =>
      imports
        .filter((target) => {
          const [from, to] = [partOf(name), partOf(target)];
          return from !== to && from !== 'whole' && !mayImport[from]?.includes(to);
        })
        .map((target) => `${name} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('has rooms that stand above one another, and no permission that nobody uses', () => {
    const heights = new Map<string, number>();
    const heightOf = (room: string, above: readonly string[] = []): number => {
      expect(above, `rooms that import each other: ${[...above, room].join(' → ')}`).not.toContain(room);
      const known = heights.get(room);
      if (known !== undefined) return known;
      const below = (mayImport[room] ?? []).map((each) => heightOf(each, [...above, room]));
      heights.set(room, Math.max(0, ...below.map((height) => height + 1)));
      return heights.get(room) ?? 0;
    };
    for (const room of Object.keys(mayImport)) heightOf(room);
    const used = new Set(
      files.flatMap(({ name, imports }) => imports.map((to) => `${partOf(name)} → ${partOf(to)}`)),
    );
    const unused = Object.entries(mayImport).flatMap(([from, rooms]) =>
      rooms.map((to) => `${from} → ${to}`).filter((arrow) => !used.has(arrow)),
    );
    expect(unused).toEqual([]);
  });

  test('has no cycles, of types neither', () => {
    const byName = new Map(files.map((file) => [file.name, file]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) cycles.push([...path.slice(path.indexOf(name)), name].join(' → '));
      if (done.has(name) || path.includes(name)) return;
      for (const target of byName.get(name)?.imports ?? []) visit(target, [...path, name]);
      done.add(name);
    };
    for (const { name } of files) visit(name, []);
    expect(cycles).toEqual([]);
  });

  test('asks one clock, and reads the environment in a few places only', () => {
    const uses = (pattern: RegExp, allowed: RegExp) =>
      files.filter(({ name, text }) => pattern.test(text) && !allowed.test(name)).map(({ name }) => name);
    expect(uses(ownTime, mayHaveItsOwnTime)).toEqual([]);
    expect(uses(/\bprocess\.env\b/, mayReadEnvironment)).toEqual([]);
  });

  test('begins one lifetime that is in no other, and listens to the end of one by `core/` only', () => {
    const having = (text: string) => files.filter((file) => file.text.includes(text)).map(({ name }) => name);
    expect(having('new Scope(')).toEqual(['core/scope.ts', 'daemon/daemon.ts', 'simulator/house.ts']);
    const listening = having("addEventListener('abort'");
    expect(listening.filter((name) => !mayListen.test(name))).toEqual([]);
  });

  test('keeps nothing of a call, or of anything that lives, in a map beside it', () => {
    const beside = files.filter(
      ({ name, text }) => /\bWeak(Map|Set|Ref)\b/.test(text) && !mayKeepBeside.test(name),
    );
    expect(beside.map(({ name }) => name)).toEqual([]);
  });

  test('gives nothing in Asterisk a random id', () => {
    const random = files.filter(
      ({ name, text }) =>
        /\brandom(UUID|Uuid|Bytes)\b/.test(text) && talksToAsterisk.test(name) && !mayBeRandom.test(name),
    );
    expect(random.map(({ name }) => name)).toEqual([]);
  });

  test('finds what lies in the package by `core/package-files.ts`', () => {
    const others = files.filter(
      ({ name, text }) =>
        /\bimport\.meta\.(url|dirname|filename)\b/.test(text) && !mayKnowWhereItLies.test(name),
    );
    expect(others.map(({ name }) => name)).toEqual([]);
  });

  test('has no file of more than 350 lines', () => {
    const long = files.filter(({ name, lines }) => lines > 350 && !name.endsWith('.gen.ts'));
    expect(long.map(({ name, lines }) => `${name}: ${lines}`)).toEqual([]);
  });
});

describe('packages', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies' | 'optionalDependencies',
    Record<string, string>
  >;
  const page = readFileSync(join(root, 'docs/decisions/dependencies.md'), 'utf8');
  const [, daemon = '', development = ''] = page.split(/^## .*$/m);

  /** The names before the colon of each line of a list. */
  const listed = (section: string) =>
    [...section.matchAll(/^- (`[^:]*):/gm)]
      .flatMap(([, names = '']) => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name))
      .sort();

  test('of the daemon each have a reason, and no reason is without its package', () => {
    expect(listed(daemon)).toEqual(Object.keys(manifest.dependencies).sort());
  });

  test('for development likewise', () => {
    expect(listed(development)).toEqual(Object.keys(manifest.devDependencies).sort());
  });

  test('that are optional are mentioned', () => {
    for (const name of Object.keys(manifest.optionalDependencies)) expect(page).toContain(`\`${name}\``);
  });

  test('that src imports are those of the daemon', () => {
    const imported = new Set(
      files
        .filter(isOfDaemon)
        .flatMap(({ packages }) => packages.map((name) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(name)?.[0] ?? name)),
    );
    expect([...imported].filter((name) => !manifest.dependencies[name])).toEqual([]);
  });
});

describe('test/unit', () => {
  /** About the repository as a whole, or about what the tests themselves stand on. */
  const others = ['attacks', 'bench', 'support'];
  const entries = readdirSync(join(root, 'test/unit'), { withFileTypes: true });
  const names = (isFolder: boolean) =>
    entries.filter((entry) => entry.isDirectory() === isFolder).map(({ name }) => name);

  test('has the folders of src', () => {
    expect(names(true).filter((name) => !others.includes(name) && !existsSync(join(src, name)))).toEqual([]);
  });

  test('holds beside them only what is about the whole repository', () => {
    expect(names(false).sort()).toEqual([
      'asterisk-images.test.ts',
      'dependencies.test.ts',
      'docs.test.ts',
      'package.test.ts',
    ]);
  });
});
