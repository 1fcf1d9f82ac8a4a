import { join } from 'node:path';
import type { AriConnection } from '../ari/connection.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import { CachedFiles } from '../core/cached-files.ts';
import { sleep } from '../core/wait.ts';
import { musicDirectory } from '../sounds/music-classes.ts';
import { MusicOnHold } from '../sounds/music-on-hold.ts';
import type { Foundation } from './foundation.ts';
import type { Sounds } from './sounds.ts';

export interface MusicNeeds extends Foundation {
  readonly sounds: Sounds;
  readonly connection: AriConnection;
}

/** How often it is looked whether another daemon has replaced the usual music, and what has failed is tried again, in milliseconds. */
const lookEvery = 3_000;

/** Sounds as music on hold. */
export function startMusic({ config, log, scope, sounds, connection }: MusicNeeds): MusicOnHold {
  const { hold_music: usual = '', call_max_duration: longestCall } = config;
  const music = new MusicOnHold({
    ari: connection.ari,
    sounds: sounds.own,
    written: new CachedFiles(join(mediaDirectory(config), musicDirectory)),
    audio: sounds.uploads,
    usual,
    longestCall,
    log,
  });
  if (usual !== '')
    scope.spawn('music', async (signal) => {
      for (;;) {
        await sleep(lookEvery, signal);
        if (connection.isReady) await music.changed(signal);
      }
    });
  return music;
}
