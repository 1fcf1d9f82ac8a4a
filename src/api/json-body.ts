import type { FastifyInstance } from 'fastify';
import { AriflowError } from '../core/errors.ts';
import { depthOf } from '../core/json-depth.ts';

/** Deeper than any flow; what recurses over a body needs no bound of its own then. */
const maxDepth = 64;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler reads the body itself, as it comes, whatever its type says. */
    readonly takesAnyBody?: boolean;
  }
}

/**
 * Bodies are JSON or nothing, but for routes that take files; an empty one is nothing, whatever its type says. `__proto__` and
 * `constructor.prototype` keys are refused by Fastify's parser.
 */
export function acceptJson(api: FastifyInstance): void {
  const parse = api.getDefaultJsonParser('error', 'error');
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', (request, body, done) => {
    if (request.routeOptions.config.takesAnyBody) return done(null, body);
    done(new AriflowError('INVALID_ARGUMENT', 'the body must be application/json'));
  });
  api.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = textOf(body);
    if (text === undefined)
      return done(new AriflowError('INVALID_ARGUMENT', 'the body is not UTF-8, as JSON must be'));
    if (text === '') return done(null, undefined);
    if (depthOf(text) > maxDepth)
      return done(new AriflowError('INVALID_ARGUMENT', 'the body is nested too deeply'));
    void parse(request, text, (error, value) =>
      error ? done(new AriflowError('INVALID_ARGUMENT', 'the body is not JSON')) : done(null, value),
    );
  });
}

/** Bytes that are no UTF-8 would become characters that nobody sent. */
function textOf(body: string | Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body));
  } catch {
    return undefined;
  }
}
