import { BlockList, isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { AriflowError } from '../core/errors.ts';

/** What supervises us asks from this machine, whoever else may ask. */
const forSupervisors = new Set(['/healthz', '/readyz', '/metrics']);

/** Links are no part of the API: they are for people who know nothing of it. */
const forEverybody = new Set(['/s/:code', '/r/:id']);

/** Lets only these networks in (`10.0.0.0/8`, `::1`); an empty list is everybody who reaches the port. */
export function allowNetworks(api: FastifyInstance, networks: readonly string[]): void {
  if (networks.length === 0) return;
  const allowed = blockListOf(networks);
  const loopback = blockListOf(['127.0.0.0/8', '::1']);
  api.addHook('onRequest', async ({ ip, routeOptions }) => {
    if (forEverybody.has(routeOptions.url ?? '') || includes(allowed, ip)) return;
    if (forSupervisors.has(routeOptions.url ?? '') && includes(loopback, ip)) return;
    throw new AriflowError('PERMISSION_DENIED', 'this address may not use the API');
  });
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list;
}

/** Node finds `::ffff:10.0.0.1` in IPv4 networks too. */
function includes(list: BlockList, ip: string): boolean {
  return list.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
}
