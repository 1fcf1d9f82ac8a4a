import { join } from 'node:path';
import { Console } from '../api/console/console.ts';
import { KeptSessions } from '../api/console/kept-sessions.ts';
import { SessionPhones } from '../api/console/session-phones.ts';
import { isLoopback } from '../config/loopback.ts';
import { publicUrl, reachable } from '../config/reachable.ts';
import { packageRoot } from '../core/package-files.ts';
import type { ExtensionParts } from './extensions.ts';
import type { Foundation } from './foundation.ts';

export interface ConsoleNeeds extends Foundation {
  readonly phones: ExtensionParts;
}

/** The console, with those who had signed in before; nothing where it is off. */
export async function startConsole({
  config,
  scope,
  log,
  phones,
}: ConsoleNeeds): Promise<Console | undefined> {
  if (!config.console) return undefined;
  const { host, external_address } = config.sip;
  const console = new Console({
    scope,
    kept: new KeptSessions(join(config.data_dir, 'sessions.json'), log),
    phones: config.webrtc
      ? new SessionPhones({
          pages: phones.pages,
          far: new URL(`${config.ari.url.replace(/\/?ari\/?$/, '')}/ws`),
          domain: external_address ?? reachable(host),
          isLocal: isLoopback(host),
        })
      : undefined,
    folder: join(packageRoot, 'dist', 'console'),
    url: publicUrl(config),
    host: config.api.host,
    publicUrl: config.public_url,
  });
  await console.resume();
  return console;
}
