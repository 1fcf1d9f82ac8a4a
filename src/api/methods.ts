import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AriflowError } from '../core/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whoever may ask at all is told; no scope is needed. */
    readonly anyScope?: boolean;
  }
}

/**
 * Answers 405 wherever a path does not have the method asked for, and says which it has. Begun before the routes of this
 * instance; what it returns is called after them.
 */
export function refuseOtherMethods(api: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<string>>();
  api.addHook('onRoute', ({ url, method }) => {
    const path = url.replace(/(?<=.)\/$/, '');
    const methods = methodsOf.get(path) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    methodsOf.set(path, methods);
  });
  return () => {
    for (const [path, methods] of [...methodsOf]) refuseOthers(api, path, [...methods]);
  };
}

function refuseOthers(api: FastifyInstance, path: string, methods: readonly string[]): void {
  const others = api.supportedMethods.filter((method) => !methods.includes(method));
  if (others.length === 0) return; // these are such refusals themselves
  const allow = methods.toSorted().join(', ');
  const refuse = async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    reply.header('allow', allow);
    throw new AriflowError('METHOD_NOT_ALLOWED', `the methods of this route are ${allow}`);
  };
  api.route({
    method: others,
    url: path.slice(api.prefix.length),
    schema: { hide: true },
    config: { anyScope: true },
    onRequest: refuse, // before a body is read
    handler: refuse,
  });
}
