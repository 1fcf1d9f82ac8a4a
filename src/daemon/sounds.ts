import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import { CachedFiles } from '../core/cached-files.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { Voices } from '../flows/advice/speech.ts';
import type { Services } from '../flows/services.ts';
import { AddressPolicy } from '../http/address-policy.ts';
import { GuardedClient } from '../http/guarded-client.ts';
import { Downloads } from '../media/downloads.ts';
import { knownVoices } from '../speech/known-voices.ts';
import { Prompts, type PromptsOptions } from '../speech/prompts.ts';
import { Espeak } from '../speech/tts/espeak.ts';
import { version } from '../version.ts';

export interface Sounds {
  readonly services: Pick<Services, 'speech' | 'media'>;
  /** What the engines can say. */
  readonly voices: () => Promise<Voices>;
  /** What can be made again. */
  readonly caches: readonly CachedFiles[];
}

/** All that is played and does not come with Asterisk: spoken texts, and audio from users' URLs. */
export function startSounds({
  config,
  log,
  scope,
  metrics,
}: {
  readonly config: Config;
  readonly log: Log;
  readonly scope: Scope;
  readonly metrics: Pick<PromptsOptions, 'onCached' | 'onSpoken'>;
}): Sounds {
  const media = mediaDirectory(config);
  const places = (name: string) => ({
    files: new CachedFiles(join(media, name)),
    asteriskDirectory: join(config.asterisk_media_dir ?? media, name),
  });
  const [prompts, downloads] = [places('prompts'), places('downloads')];
  // Audio is no secret: its URLs need not be https.
  const policy = new AddressPolicy({ allow: config.webhook.allow, allowHttp: true });
  const client = new GuardedClient({ policy, userAgent: `ariflow/${version}` });
  scope.defer(() => client.close());
  const engine = new Espeak();
  return {
    services: {
      speech: new Prompts({ ...prompts, engines: [engine], log, ...metrics }),
      media: new Downloads({ ...downloads, client, log }),
    },
    voices: () => knownVoices(engine),
    caches: [prompts.files, downloads.files],
  };
}
