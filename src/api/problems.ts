import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { type ErrorReason, errorStatus } from '../core/error-reasons.ts';
import { AriflowError, type Problem } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { misfitsOf } from '../core/misfits.ts';
import { component } from './components.ts';

export const problemSchema = z.object({
  path: z.string().meta({ description: 'where in the request', examples: ['actions[2].option.duration'] }),
  message: z
    .string()
    .meta({ description: 'what was expected there', examples: ['expected at least 1 item'] }),
});

/** What every error answers. */
export const errorSchema = component(
  'Error',
  z.object({
    error: z
      .object({
        status: z.int().meta({ description: 'the HTTP status', examples: [400] }),
        reason: z
          .enum(Object.keys(errorStatus) as [ErrorReason, ...ErrorReason[]]) // it has keys
          .meta({ description: 'what kind of error, for programs' }),
        message: z.string().meta({ description: 'the same for people', examples: ['the flow has problems'] }),
        details: z
          .array(problemSchema)
          .meta({ description: 'everything that is wrong with the request, at most 100' }),
      })
      .meta({ description: 'what is wrong' }),
  }),
);

/** Whoever sends thousands of mistakes is told the first ones. */
export const mostProblems = 100;
const maxPath = 200;

export interface ErrorBody {
  readonly error: {
    readonly status: number;
    readonly reason: ErrorReason;
    readonly message: string;
    readonly details: readonly Problem[];
  };
}

export function errorBody(error: AriflowError): ErrorBody {
  const { reason, message, details } = error;
  return { error: { status: errorStatus[reason], reason, message, details: details.slice(0, mostProblems) } };
}

/** Answers an error; what is not meant for users is logged here, once, and says nothing outside. */
export function errorHandler(log: Log) {
  return (error: FastifyError | AriflowError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = error instanceof AriflowError ? error : translate(error);
    const fields = { err: error, method: request.method, route: request.routeOptions.url };
    if (known.reason === 'UNAVAILABLE') log.warn(fields, 'api_unavailable');
    if (known.reason === 'INTERNAL') {
      log.error(fields, 'api_defect');
      return reply.code(500).send(errorBody(new AriflowError('INTERNAL', 'internal error')));
    }
    return reply.code(errorStatus[known.reason]).send(errorBody(known));
  };
}

/** `[{path: ['actions', 2, 'type'], …}]` → `[{path: 'actions[2].type', …}]`; unknown keys are named one by one. */
export function problemsOf(error: z.ZodError): Problem[] {
  const misfits = misfitsOf({ issues: error.issues.slice(0, mostProblems) }).slice(0, mostProblems);
  return misfits.map(({ path, message }) => ({ path: jsonPath(path), message }));
}

/** Keys come from users: a long one is cut. */
function jsonPath(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>((parent, key) => {
    if (typeof key === 'number') return `${parent}[${key}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(String(key))) return `${parent}[${JSON.stringify(String(key))}]`;
    return parent === '' ? String(key) : `${parent}.${String(key)}`;
  }, '');
  return text.length <= maxPath ? text : `${text.slice(0, maxPath)}…`;
}

/** What is wrong with one thing that was sent. */
export function invalid(path: string, message: string): AriflowError {
  return new AriflowError('INVALID_ARGUMENT', `${path}: ${message}`, { details: [{ path, message }] });
}

export function notFound(what: string): AriflowError {
  return new AriflowError('NOT_FOUND', `no such ${what}`);
}

/** What is as it should be, and does not fit what is there. */
export function conflict(message: string): AriflowError {
  return new AriflowError('CONFLICT', message);
}

/** Fastify's own errors about a request. Its texts name no more than the request. */
function translate(error: FastifyError): AriflowError {
  const { statusCode = 500, code, message } = error;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new AriflowError('TOO_LARGE', 'the body is too large');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new AriflowError('INVALID_ARGUMENT', 'the body must be application/json');
  }
  if (statusCode === 404 || statusCode === 414) return new AriflowError('NOT_FOUND', 'no such route');
  if (statusCode >= 400 && statusCode < 500) return new AriflowError('INVALID_ARGUMENT', message);
  return new AriflowError('INTERNAL', 'internal error', { cause: error });
}
