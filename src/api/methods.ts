import type { FastifyInstance, FastifyReply } from 'fastify';
import { AriflowError } from '../core/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whoever may ask at all is told; no scope is needed. */
    readonly anyScope?: boolean;
  }
}

/** What a path looks like, `:id` and `*` standing for whatever is there, and its methods. */
interface Path {
  readonly url: string;
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/**
 * Answers 405 wherever a path does not have the method asked for, and says which it has. Begun before the routes of this
 * instance, behind what says who may ask; what it returns is called after them.
 */
export function refuseOtherMethods(api: FastifyInstance): () => void {
  const paths = new Map<string, Path>();
  let isComplete = false;
  api.addHook('onRoute', ({ url, method, prefix }) => {
    if (isComplete || prefix !== api.prefix) return;
    const name = withoutSlash(url);
    const path = paths.get(name) ?? { url: name, segments: name.split('/'), methods: new Set() };
    for (const each of [method].flat()) path.methods.add(each);
    paths.set(name, path);
  });
  // Looked for where no route is: one for each method that a path does not have would be five times as many as there are.
  api.addHook('onRequest', async ({ is404, method, url }, reply) => {
    if (!is404 || !api.supportedMethods.includes(method)) return;
    const asked = withoutSlash(url.replace(/\?.*/s, '')).split('/');
    const [path] = [...paths.values()]
      .filter(({ segments }) => isSeenBy(segments, asked))
      .sort(moreExactFirst);
    if (path) refuse(path, reply);
  });
  return () => {
    isComplete = true;
    const all = [...paths.values()];
    for (const path of all) refuseTaken(api, path, all);
  };
}

/** `/flows/validate` is no id, though `/flows/:id` has methods which it has not. */
function refuseTaken(api: FastifyInstance, path: Path, all: readonly Path[]): void {
  const others = all.filter((other) => other !== path && isSeenBy(other.segments, path.segments));
  const theirs = new Set(others.flatMap(({ methods }) => [...methods]));
  const taken = [...theirs].filter((method) => !path.methods.has(method));
  if (taken.length === 0) return;
  api.route({
    method: taken,
    url: path.url.slice(api.prefix.length),
    schema: { hide: true },
    config: { anyScope: true },
    onRequest: async (_request, reply) => refuse(path, reply), // before a body is read
    handler: async (_request, reply) => refuse(path, reply),
  });
}

function refuse({ methods }: Path, reply: FastifyReply): never {
  const allow = [...methods].sort().join(', ');
  reply.header('allow', allow);
  throw new AriflowError('METHOD_NOT_ALLOWED', `the methods of this route are ${allow}`);
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/$/, '');
}

/** Whether a path is what these segments look like. */
function isSeenBy(pattern: readonly string[], path: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '*';
  if (isOpen ? path.length < pattern.length : path.length !== pattern.length) return false;
  return pattern.every((segment, index) => segment === path[index] || isAnything(segment, path[index]));
}

function isAnything(segment: string, given = ''): boolean {
  return segment === '*' || (segment.startsWith(':') && given !== '*');
}

/** By the first segment that one of them leaves open. */
function moreExactFirst(one: Path, other: Path): number {
  const index = one.segments.findIndex((segment, place) => segment !== other.segments[place]);
  return (
    Number(isAnything(one.segments[index] ?? '*', 'x')) -
    Number(isAnything(other.segments[index] ?? '*', 'x'))
  );
}
