import { join } from 'node:path';
import type { Metrics } from '../api/metrics.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import { CachedFiles } from '../core/cached-files.ts';
import { messageOf } from '../core/errors.ts';
import { closeDirectories } from '../core/file-modes.ts';
import { SizeBound } from '../core/size-bound.ts';
import { AddressPolicy } from '../http/address-policy.ts';
import { GuardedClient } from '../http/guarded-client.ts';
import { Downloads } from '../media/downloads.ts';
import type { Ports } from '../ports/ports.ts';
import type { Voices } from '../ports/speech.ts';
import { playedDirectory } from '../recordings/playable-recordings.ts';
import { musicDirectory } from '../sounds/music-classes.ts';
import { Playables } from '../sounds/playables.ts';
import { Sounds as OwnSounds } from '../sounds/sounds.ts';
import { speechEngines } from '../speech/engines.ts';
import { knownVoices } from '../speech/known-voices.ts';
import { Prompts } from '../speech/prompts.ts';
import { type Engine, type Provider, providersOf } from '../speech/providers.ts';
import type { Store } from '../storage/store.ts';
import { version } from '../version.ts';
import type { Foundation } from './foundation.ts';

export interface Sounds {
  readonly ports: Pick<Ports, 'speech' | 'media'>;
  /** Those that users have uploaded. */
  readonly own: OwnSounds;
  /** What the engines can say. */
  readonly voices: () => Promise<Voices>;
  /** Who can be asked to speak, or, of these engines, to listen. */
  readonly providers: (listening: readonly Engine[]) => readonly Provider[];
  /** What can be made again. */
  readonly caches: readonly CachedFiles[];
  /** How much of it there may be. */
  readonly bound: SizeBound;
  /** Where the audio of those lies. */
  readonly uploads: Played;
  /** Where recordings are made into what Asterisk plays. */
  readonly played: Played;
}

/** Files that Asterisk plays. */
export interface Played {
  readonly files: CachedFiles;
  /** Their directory as it sees that. */
  readonly asteriskDirectory: string;
}

export interface SoundsNeeds extends Foundation {
  readonly store: Pick<Store, 'sounds'>;
  readonly metrics: Metrics;
}

/** All that is played and does not come with Asterisk: spoken texts, audio from users' URLs, and what they have uploaded. */
export function startSounds({ config, log, scope, store, metrics }: SoundsNeeds): Sounds {
  const media = mediaDirectory(config);
  closeDirectories(media, ['prompts', 'downloads', 'sounds', 'recording', playedDirectory, musicDirectory]);
  const bound = new SizeBound(config.retention.cache_size, (error) =>
    log.warn({ error: messageOf(error) }, 'old_records_not_deleted'),
  );
  const places = (name: string) => {
    const files = new CachedFiles(join(media, name), bound.made);
    bound.add(files);
    return { files, asteriskDirectory: join(config.asterisk_media_dir ?? media, name) };
  };
  const [prompts, downloads] = [places('prompts'), places('downloads')];
  const [uploads, played] = [places('sounds'), places(playedDirectory)];
  // Audio is no secret: its URLs need not be https.
  const policy = new AddressPolicy({ allow: config.webhook.allow, allowHttp: true });
  const client = new GuardedClient({ policy, userAgent: `ariflow/${version}` });
  scope.defer(() => client.close());
  const { local, engines } = speechEngines(config);
  for (const engine of engines) scope.defer(() => engine.close?.());
  const told = { onCached: metrics.speech.cached, onSpoken: metrics.speech.spoken };
  const speech = new Prompts({ ...prompts, engines, log, ...told });
  const own = new OwnSounds({ ...uploads, store: store.sounds, most: config.sounds_size });
  return {
    ports: {
      speech,
      media: new Playables({ downloads: new Downloads({ ...downloads, client, log }), sounds: own }),
    },
    own,
    voices: () => knownVoices(local, engines),
    providers: (listening) =>
      providersOf({ speaking: engines, listening, isResting: (provider) => speech.isResting(provider) }),
    caches: [prompts.files, downloads.files, uploads.files, played.files],
    bound,
    uploads,
    played,
  };
}
