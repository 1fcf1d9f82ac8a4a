import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { checkPorts } from '../../../src/up/check-ports.ts';
import { freePort } from '../../support/free-port.ts';

test.each([
  ['SIP port', 'ARIFLOW_SIP_PORT', { ARIFLOW_SIP_TCP: 'true' }],
  ['SIP over TLS port', 'ARIFLOW_SIP_TLS_PORT', {}],
  ['SIP over WebSocket port', 'ARIFLOW_SIP_WSS_PORT', {}],
  ['API port', 'ARIFLOW_API_PORT', {}],
])('a port that somebody has is told before anything starts: %s', async (name, key, more) => {
  const port = await freePort('tcp');
  await using server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const keys = ['ARIFLOW_SIP_PORT', 'ARIFLOW_SIP_TLS_PORT', 'ARIFLOW_SIP_WSS_PORT', 'ARIFLOW_API_PORT'];
  const free = await Promise.all(keys.map(async (each) => [each, String(await freePort('tcp'))]));
  const certificate = { ARIFLOW_SIP_TLS_CERT: '/sip.pem', ARIFLOW_SIP_TLS_KEY: '/sip.key' };
  const env = { ...Object.fromEntries(free), ...certificate, ...more, [key]: String(port) };
  const config = loadConfig(env, '/nonexistent/ariflow.yaml');
  const told = `${name} 127.0.0.1:${port} (TCP) is in use: stop what uses it, or set ${key}`;
  await expect(checkPorts({ config, hasOwnAsterisk: true })).rejects.toThrow(told);
});
