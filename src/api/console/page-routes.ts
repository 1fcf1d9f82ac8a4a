import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { AriflowError } from '../../core/errors.ts';
import type { Api } from '../api.ts';
import { notFound } from '../problems.ts';
import type { Console } from './console.ts';
import { type PageFiles, readPage } from './page-files.ts';

/** Nothing from elsewhere, nothing that is written into the page, and no page around it. A nonce is for sheets that scripts make. */
function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self' blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const hide = { hide: true };
const params = z.strictObject({ name: z.string().max(200) });

/** The console itself: a page, which asks the API like anybody else. */
export function pageRoutes(api: Api, console: Console): void {
  let reading: Promise<PageFiles> | undefined;
  const files = (): Promise<PageFiles> => {
    reading ??= readPage(console.folder).catch((cause: unknown) => {
      reading = undefined;
      throw new AriflowError('NOT_FOUND', 'the console is not built here: `npm run build`', { cause });
    });
    return reading;
  };
  const onRequest = async (request: FastifyRequest): Promise<void> => console.pages.checkHost(request);

  api.get('/', { onRequest, schema: hide }, async (_request, reply) => {
    const { index } = await files();
    const nonce = randomBytes(16).toString('base64');
    protect(reply).headers({
      'content-security-policy': contentPolicy(nonce),
      'permissions-policy': 'microphone=(self), camera=(), geolocation=(), payment=(), usb=()',
      'x-frame-options': 'DENY',
    });
    return reply.type('text/html; charset=utf-8').send(index.replaceAll('ARIFLOW_NONCE', nonce));
  });

  api.get('/assets/:name', { onRequest, schema: { ...hide, params } }, async (request, reply) => {
    const {
      params: { name },
      headers,
    } = request;
    const file = (await files()).assets.get(name);
    if (!file) throw notFound('file');
    const isPacked = file.packed !== undefined && /\bgzip\b/.test(headers['accept-encoding'] ?? '');
    protect(reply).headers({
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    if (isPacked) reply.header('content-encoding', 'gzip');
    return reply.type(file.type).send(isPacked ? file.packed : file.body);
  });
}

function protect(reply: FastifyReply): FastifyReply {
  return reply.headers({
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
}
