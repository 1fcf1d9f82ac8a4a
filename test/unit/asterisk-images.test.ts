import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { configPaths, environmentName, loadConfig } from '../../src/config/config.ts';

const docker = join(import.meta.dirname, '..', '..', 'docker');
const read = (name: string) => readFileSync(join(docker, name), 'utf8');

const packagesOf = (list: string) =>
  read(list)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');

/** How an image is built from another Debian archive; the machine's own is none of it. */
const otherArchive =
  /^ARG DEBIAN_MIRROR\nRUN if \[ -n "\$DEBIAN_MIRROR" \]; then sed -i "(.+)" \/etc\/apt\/sources\.list\.d\/debian\.sources; fi$/m;

/** What is of an older release, in an image: one list, pinned. */
const olderRelease = /^COPY docker\/packages-hearing\.txt \/tmp\/packages\.txt\nRUN (?:.*\\\n)+.*\n/m;

const service = z.object({
  build: z.object({
    context: z.string(),
    dockerfile: z.string(),
    args: z.object({ DEBIAN_MIRROR: z.string() }),
  }),
  environment: z.record(z.string(), z.string().nullable()).optional(),
  depends_on: z
    .record(z.string(), z.object({ condition: z.string(), restart: z.boolean().optional() }))
    .optional(),
  volumes: z.array(z.string()),
  ports: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  mem_limit: z.string().optional(),
  memswap_limit: z.string().optional(),
  pids_limit: z.number().optional(),
  logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }).optional(),
});

const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(read('compose.yaml'), { merge: true }));

describe('the package lists', () => {
  const lists = ['packages.txt', 'packages-speech.txt', 'packages-hearing.txt', 'packages-test.txt'];

  test('name Debian packages, each once', () => {
    const all = lists.flatMap(packagesOf);
    for (const name of all) expect(name).toMatch(/^[a-z0-9][a-z0-9+.-]+$/);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(
      expect.arrayContaining(['asterisk', 'asterisk-modules', 'espeak-ng', 'sox', 'sip-tester']),
    );
  });

  test('are all that the folder is made from', () => {
    const script = read('asterisk-local.sh');
    for (const list of lists) expect(script).toContain(`"$here/${list}"`);
    const others = ['packages-browser.txt']; // a browser for the tests, in a folder of its own
    for (const list of others) expect(read('chromium-local.sh')).toContain(list);
    const all = readdirSync(docker).filter((name) => name.startsWith('packages'));
    expect(all.sort()).toEqual([...lists, ...others].sort());
    expect(script).not.toMatch(/apt-get.* install.* (asterisk|sox|espeak)/);
    expect(statSync(join(docker, 'asterisk-local.sh')).mode & 0o111).not.toBe(0);
  });

  test.each([
    ['Dockerfile.asterisk', 'packages.txt'],
    ['Dockerfile', 'packages-speech.txt'],
  ])('%s installs exactly %s, of the release that the folder is made from', (dockerfile, list) => {
    const text = read(dockerfile).replace(olderRelease, '');
    const [, suite] = read('asterisk-local.sh').match(/^ *echo "deb \[.+\] \$mirror (\S+) main"/m) ?? [];
    // The last stage is the image; packages of an earlier one, of whatever release, do not get into it.
    const stages = [...text.matchAll(/^FROM (\S+)/gm)];
    expect(stages.at(-1)?.[1]).toBe(`debian:${suite}-slim`);
    const image = text.slice(stages.at(-1)?.index);
    expect(image).toContain(`COPY docker/${list}`);
    expect(image.match(otherArchive)?.[1]).toBe('s#^URIs: .*/debian\\$#URIs: $DEBIAN_MIRROR#');
    expect(image.replace(otherArchive, '')).not.toMatch(
      /sources\.list|snapshot|backports|--target-release| -t /,
    );
    expect(packagesOf(list).filter((name) => /[=/]/.test(name))).toEqual([]);
    expect(text.match(/^COPY docker\/packages\S*/gm)).toEqual([`COPY docker/${list}`]);
    expect(text.match(/apt-get install.*/g)).toEqual(['apt-get install --yes --no-install-recommends \\']);
    expect(text).toContain("sed -e 's/#.*//' /tmp/packages.txt | xargs apt-get install");
  });
});

describe('what is of an older release', () => {
  /** The pins as apt reads them, with the names of the packages in the place of `$packages`. */
  const pins = (packages: string) =>
    ['Package: *', 'Pin: release n=bookworm', 'Pin-Priority: -1', ''].join('\n') +
    ['', `Package: ${packages}`, 'Pin: release n=bookworm', 'Pin-Priority: 1001', ''].join('\n');

  test('is one list in the folder, and nothing else of that release', () => {
    const script = read('asterisk-local.sh');
    const suites = [...script.matchAll(/^ *echo "deb \[signed-by=\$keyring\] \$mirror (\S+) main" >>? /gm)];
    expect(suites.map(([, suite]) => suite)).toEqual(['sid', 'bookworm']);
    const names = `$(packages_of "$here/packages-hearing.txt" | tr '\\n' ' ')`;
    expect(script).toContain(`cat > "$apt/preferences" << PINS\n${pins(names)}PINS\n`);
    expect(read('debian-folder.sh')).toContain('Dir::Etc::preferences "$apt/preferences";');
  });

  test('is the same list in the image, with the same pins', () => {
    const [part = ''] = read('Dockerfile').match(olderRelease) ?? [];
    expect(part).toContain("sed 's/^Suites: .*/Suites: bookworm/' /etc/apt/sources.list.d/debian.sources");
    expect(part).toContain(`printf '${JSON.stringify(pins('%s')).slice(1, -1)}'`);
    expect(part).toContain('apt-get install --yes --no-install-recommends $packages \\\n');
    expect(read('Dockerfile.asterisk')).not.toMatch(/bookworm|packages-hearing/);
  });
});

describe('the mirror that the folder is made from', () => {
  const functions =
    read('debian-folder.sh').match(/^(one_line_sources|mirror_in|find_mirror)\(\) \{\n.*?^\}$/gms) ?? [];

  /** What is found, or said, on a machine whose apt has these files. */
  const mirrorOf = (files: Readonly<Record<string, string>>, named = ''): string => {
    const directory = mkdtempSync(join(tmpdir(), 'ariflow-apt-'));
    mkdirSync(join(directory, 'sources.list.d'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const parts = ['set -euo pipefail', 'fail() { echo "$*"; exit 0; }', ...functions];
    const script = [...parts, 'find_mirror "$1"', 'echo "$mirror"'].join('\n');
    const env = { PATH: process.env.PATH, ...(named && { ARIFLOW_DEBIAN_MIRROR: named }) };
    const output = execFileSync('bash', ['-c', script, 'bash', directory], { encoding: 'utf8', env });
    rmSync(directory, { recursive: true });
    return output.trim();
  };

  const debian = (text: string) => ({ 'sources.list.d/debian.sources': text });
  const list = (text: string) => ({ 'sources.list': text });
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg';

  test.each([
    list('deb http://a.test/debian bookworm main'),
    list(
      '# deb http://b.test/debian sid main\ndeb-src http://b.test/debian sid main\ndeb http://a.test/debian sid main',
    ),
    list(`deb [ arch=amd64 signed-by=${key} ]\thttp://a.test/debian  trixie-updates contrib main # ours`),
    debian(
      `Types: deb deb-src\n# http://b.test/debian\nURIs: http://a.test/debian\nSuites: sid\nComponents: main\nSigned-By: ${key}`,
    ),
    debian(
      'types: deb\nuris:\n http://b.test/other\n http://a.test/debian\nsuites: x stable\ncomponents: contrib main\n',
    ),
    debian(
      'Enabled: no\nTypes: deb\nURIs: http://b.test/debian\nSuites: sid\nComponents: main\n\nTypes: deb\nURIs: http://a.test/debian\nSuites: sid\nComponents: main',
    ),
    {
      ...list('deb http://b.test/debian sid main'),
      ...debian('Types: deb\nURIs: http://a.test/debian\nSuites: sid\nComponents: main'),
      'sources.list.d/a.list': 'deb http://c.test/debian sid main',
    },
  ])('is the Debian archive that apt uses: %j', (files) => {
    expect(mirrorOf(files)).toBe('http://a.test/debian');
  });

  test('may be at any address that Debian’s key is said for, or a list of mirrors', () => {
    expect(mirrorOf(list(`deb [signed-by=${key}] https://a.test/repository/deb-proxy trixie main`))).toBe(
      'https://a.test/repository/deb-proxy',
    );
    const cloud = 'mirror+file:///etc/apt/mirrors/debian';
    const text = (suffix: string) =>
      `Types: deb\nURIs: ${cloud}${suffix}.list\nSuites: bookworm bookworm-updates\nComponents: main`;
    expect(mirrorOf(debian(`${text('-security')}\n\n${text('')}`))).toBe(`${cloud}.list`);
  });

  test('may be in a directory, at a port', () => {
    expect(mirrorOf(list('deb https://a.test:8443/mirror/debian/ sid main'))).toBe(
      'https://a.test:8443/mirror/debian/',
    );
  });

  test.each([
    {},
    list(
      'deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.asc] https://b.test/linux/debian bookworm stable',
    ),
    list('deb https://b.test/linux/debian bookworm stable'),
    list('deb [signed-by=/usr/share/keyrings/vpn.gpg] https://b.test/stable/debian bookworm main'),
    list('deb http://b.test/debian-security bookworm-security main'),
    list('deb http://b.test/debian jammy main'),
    list('deb http://b.test/debian sid contrib # main'),
    debian('Types: deb-src\nURIs: http://b.test/debian\nSuites: sid\nComponents: main'),
    debian('Types: deb\nURIs: http://b.test/debian\nSuites: bookworm\nComponents: stable'),
    debian(
      'Types: deb\nURIs: http://b.test/debian\nSuites: sid\nComponents: main\nSigned-By:\n -----BEGIN PGP\n .\n abc',
    ),
  ])('is not another repository: %j', (files) => {
    expect(mirrorOf(files)).toMatch(/names no Debian archive: set ARIFLOW_DEBIAN_MIRROR/);
  });

  test('is the one that is named, whatever apt uses', () => {
    const files = list('deb http://a.test/debian sid main');
    expect(mirrorOf(files, 'http://b.test/pool')).toBe('http://b.test/pool');
    expect(mirrorOf({}, 'http://b.test/debian')).toBe('http://b.test/debian');
    for (const wrong of ['b.test/debian', 'http://b.test/debian sid', ' '])
      expect(mirrorOf(files, wrong)).toBe('ARIFLOW_DEBIAN_MIRROR: expected the address of a Debian archive');
  });

  test('is no other than these: the scripts know none by themselves', () => {
    const scripts = ['asterisk-local.sh', 'chromium-local.sh', 'debian-folder.sh'];
    const lines = scripts.flatMap((name) => read(name).split('\n'));
    const addresses = lines.filter((line) => /https?:\/\//.test(line) && !/^ *fail "|^#/.test(line));
    expect(addresses).toEqual([]);
  });

  test('is passed on to the images', () => {
    for (const { build } of Object.values(compose.services))
      expect(build.args.DEBIAN_MIRROR).toBe('${ARIFLOW_DEBIAN_MIRROR:-}');
  });
});

describe('the images', () => {
  const dockerfiles = ['Dockerfile', 'Dockerfile.asterisk'];

  test.each(dockerfiles)('%s runs as an ordinary user, the same in both, and says how it is', (name) => {
    expect(read(name)).toContain('\nUSER 10001:10001\n');
    expect(read(name)).toContain('\nHEALTHCHECK ');
  });

  test('the daemon’s has the Node.js it was built with, where its commands look for it', () => {
    const text = read('Dockerfile');
    const [, version] = text.match(/^FROM node:([\d.]+)-\S+ AS build$/m) ?? [];
    const { engines } = JSON.parse(readFileSync(join(docker, '..', 'package.json'), 'utf8'));
    expect(engines.node).toBe(`>=${version}`);
    expect(text).toMatch(/^COPY --from=build (\/usr\/local\/bin\/node) \1$/m);
    expect(text).toMatch(/^CMD \["node", /m);
  });

  test.each(dockerfiles)('%s copies what is there and what .dockerignore lets in', (name) => {
    const ignore = readFileSync(join(docker, '..', '.dockerignore'), 'utf8').split('\n');
    const allowed = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const copies = [...read(name).matchAll(/^COPY (?!--from)(.+) \S+$/gm)];
    for (const source of copies.flatMap((match) => (match[1] ?? '').split(' '))) {
      expect(existsSync(join(docker, '..', source)), source).toBe(true);
      expect(
        allowed.some((pattern) => source === pattern || source.startsWith(pattern.split('*')[0] ?? pattern)),
        source,
      ).toBe(true);
    }
  });
});

describe('the digests of the base images', () => {
  /** Runs the script on a copy, with a registry that answers this. */
  const pinned = (answer: string): string => {
    const directory = mkdtempSync(join(tmpdir(), 'ariflow-pin-'));
    for (const name of ['pin-images.sh', 'Dockerfile', 'Dockerfile.asterisk'])
      cpSync(join(docker, name), join(directory, name));
    writeFileSync(join(directory, 'docker'), `#!/bin/sh\necho "${answer}"\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${directory}:${process.env.PATH}` };
    try {
      execFileSync(join(directory, 'pin-images.sh'), { env, stdio: 'pipe' });
      return readFileSync(join(directory, 'compose.digests.yaml'), 'utf8');
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

  test('take the place of every base image in every service that is built', () => {
    const { services } = parse(pinned(digest));
    expect(Object.keys(services).sort()).toEqual(Object.keys(compose.services).sort());
    for (const [name, { build }] of Object.entries(compose.services)) {
      const bases = [...read(build.dockerfile.replace('docker/', '')).matchAll(/^FROM (\S+)/gm)];
      const images = bases.map(([, image]) => [image, `docker-image://${image}@${digest}`]);
      expect(services[name]).toEqual({ build: { additional_contexts: Object.fromEntries(images) } });
    }
  });

  test('are digests, or nothing is written', () => {
    expect(() => pinned('latest')).toThrow('no digest of');
  });
});

describe('compose', () => {
  const environment = compose.services.ariflow?.environment ?? {};

  test('builds from files that are there', () => {
    for (const { build } of Object.values(compose.services)) {
      const context = resolve(docker, build.context);
      expect(existsSync(join(context, build.dockerfile)), build.dockerfile).toBe(true);
    }
  });

  test('sets or passes on every key of the configuration', () => {
    const ofUpAlone = ['ARIFLOW_ARI_PORT']; // here ARI has a name of its own, and nobody brings up another
    const keys = configPaths().map(environmentName);
    expect(Object.keys(environment).sort()).toEqual(keys.filter((key) => !ofUpAlone.includes(key)).sort());
  });

  test('sets keys to values that the configuration takes', () => {
    const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== null));
    const config = loadConfig(set as Record<string, string>, '/nonexistent/ariflow.yaml'); // null was filtered out
    expect(config.media_dir).toBe(config.asterisk_media_dir);
    expect(config.ari.url).toBe('http://asterisk:8088/ari');
  });

  test('gives Asterisk a new configuration when a setting changes, and none of the secrets that are not in it', () => {
    const { config, asterisk, ariflow } = compose.services;
    for (const service of [config, ariflow]) expect(service?.environment).toEqual(environment);
    expect(asterisk?.environment).toBeUndefined();
    expect(asterisk?.volumes.filter((volume) => volume.startsWith('data:'))).toEqual([]);
    expect(asterisk?.depends_on).toEqual({
      config: { condition: 'service_completed_successfully', restart: true },
    });
  });

  test.each(Object.entries(compose.services))(
    'keeps %s in bounds: its files, memory, processes and log',
    (name, service) => {
      expect(service).toMatchObject({ read_only: true, pids_limit: expect.any(Number) });
      expect(service.mem_limit).toMatch(/^\d+[mg]$/);
      expect(service.memswap_limit).toBe(service.mem_limit);
      expect(service.logging).toEqual({
        driver: 'json-file',
        options: { 'max-size': '10m', 'max-file': '3' },
      });
      const places = [...(service.tmpfs ?? []), ...service.volumes].map(
        (place) => /^(?:[\w-]+:)?(\/[^:]*)/.exec(place)?.[1],
      );
      const written =
        name === 'asterisk'
          ? ['/run/asterisk', '/var/lib/asterisk', '/var/log/asterisk', '/var/cache/asterisk', '/media']
          : ['/data'];
      expect(places).toEqual(expect.arrayContaining(['/tmp', ...written]));
      for (const place of service.tmpfs ?? []) expect(place).toContain('size=');
    },
  );

  test('lets Asterisk’s user and the daemon’s share files by their group, and nobody else', () => {
    expect(read('Dockerfile.asterisk')).toMatch(/^CMD .*umask 027 && exec asterisk -f /m);
  });

  test('publishes SIP and both RTP ranges, the API on loopback, and never ARI', () => {
    expect(compose.services.asterisk?.ports).toEqual([
      `${environment.ARIFLOW_SIP_PORT}:${environment.ARIFLOW_SIP_PORT}/udp`,
      `${environment.ARIFLOW_RTP_PORTS}:${environment.ARIFLOW_RTP_PORTS}/udp`,
    ]);
    expect(compose.services.ariflow?.ports).toEqual([
      `127.0.0.1:8080:${environment.ARIFLOW_API_PORT}`,
      `${environment.ARIFLOW_EXTERNAL_MEDIA_PORTS}:${environment.ARIFLOW_EXTERNAL_MEDIA_PORTS}/udp`,
    ]);
  });

  test('shares media and configuration by volumes that exist', () => {
    const named = Object.values(compose.services).flatMap(({ volumes }) =>
      volumes.map((entry) => entry.split(':')),
    );
    for (const [volume = ''] of named) expect(Object.keys(compose.volumes)).toContain(volume);
    for (const part of ['asterisk', 'ariflow'] as const) {
      expect(compose.services[part]?.volumes).toContain('media:/media');
    }
    for (const { cap_drop } of Object.values(compose.services)) expect(cap_drop).toEqual(['ALL']);
  });
});
