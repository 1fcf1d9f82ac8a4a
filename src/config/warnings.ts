import type { Config } from './config.ts';

const loopback = /^(127\.|localhost$|\[?::1\]?$)/;

/** What is allowed and yet cannot work. */
export function configWarnings({ sip, trunk }: Config): string[] {
  const host = trunk.uri
    ?.replace(/^sip:/, '')
    .replace(/^[^@]*@/, '')
    .replace(/[;?].*$/, '');
  if (host === undefined || loopback.test(host) || !loopback.test(sip.host)) return [];
  return [
    `sip.host is ${sip.host}, which the trunk cannot answer to: set it to an address of this machine that the trunk can reach`,
  ];
}
