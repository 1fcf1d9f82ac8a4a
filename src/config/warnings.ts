import { isPassedOnOnly } from './codecs.ts';
import type { Config } from './config.ts';
import { isLoopback } from './loopback.ts';

/** What is allowed and yet cannot work. */
export function configWarnings(config: Config): string[] {
  return [...trunkWarnings(config), ...codecWarnings(config), ...secretWarnings(config)];
}

function codecWarnings({ codecs }: Config): string[] {
  return codecs
    .filter(isPassedOnOnly)
    .map(
      (codec) => `codecs: Asterisk cannot translate ${codec}: a phone that has only this one hears no prompt`,
    );
}

function secretWarnings({ database_url, secret_key }: Config): string[] {
  if (secret_key !== undefined || !/^postgres(ql)?:/.test(database_url ?? '')) return [];
  return [
    'secret_key is not set: on a database that several daemons may share, no keys of chatbots can be stored without it, and hidden digits of calls that live stand there as they are',
  ];
}

function trunkWarnings({ sip, trunk }: Config): string[] {
  const host = trunk.uri
    ?.replace(/^sip:/, '')
    .replace(/^[^@]*@/, '')
    .replace(/[;?].*$/, '');
  if (host === undefined || isLoopback(host) || !isLoopback(sip.host)) return [];
  return [
    `sip.host is ${sip.host}, which the trunk cannot answer to: set it to an address of this machine that the trunk can reach`,
  ];
}
