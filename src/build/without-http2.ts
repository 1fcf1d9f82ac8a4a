import type { Plugin } from 'rolldown';

/** Loading `node:http2` takes 8 MB. The framework does it whether it is asked for HTTP/2 or not, which it is not here. */
export const withoutHttp2: Plugin = {
  name: 'without-http2',
  resolveId: (id) => (id === 'node:http2' ? '\0http2' : undefined),
  load: (id) => (id === '\0http2' ? 'export {};' : undefined),
};
