import { join, resolve } from 'node:path';
import type { Ari } from '../ari/ari.ts';
import type { Config } from '../config/config.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { Finishing } from '../recordings/finishing.ts';
import { makeRoom } from '../recordings/make-room.ts';
import { RecordingFiles } from '../recordings/recording-files.ts';
import { Recordings } from '../recordings/recordings.ts';
import { instanceOf } from '../storage/instance.ts';
import type { Store } from '../storage/store.ts';

export interface RecordingsPartOptions {
  readonly config: Config;
  readonly log: Log;
  /** Closed after the calls: recordings end with them. */
  readonly scope: Scope;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: Pick<News, 'recording'>;
  readonly ari: Ari;
}

/** How long a stop waits for the files of recordings. */
const stopDeadline = 5_000;

/** How long it may take to give up those that are left. */
const giveUp = 1_000;

/** How long the scope of the recordings may take to close. */
export const recordingsDeadline: number = stopDeadline + 2 * giveUp;

/** Recordings of calls. */
export async function startRecordings(options: RecordingsPartOptions): Promise<Recordings> {
  const { config, log, scope, store, recorder, news, ari } = options;
  const media = mediaDirectory(config);
  const files = new RecordingFiles({
    raw: join(media, 'recording'),
    finished: resolve(config.data_dir, 'recordings'),
    prefix: `${ari.app}-recording-${instanceOf(config.data_dir).slice(0, 8)}-`,
  });
  const most = config.retention.recordings_size;
  const stored = (signal?: AbortSignal): Promise<void> => recorder.flush(signal);
  const recordings: Recordings = new Recordings({
    ari,
    files,
    finishing: new Finishing({
      files,
      log,
      scope: scope.stage(giveUp),
      stored,
      onOver: (record) => {
        news.recording('recording_updated', record);
        scope.spawn('recordings_size', (signal) => makeRoom({ recordings, most, stored, log }, signal));
      },
    }),
    store: store.recordings,
    find: async (id) => recorder.waitingLive('recordings', id) ?? store.recordings.get(id),
    customerId: config.customer_id,
    onChange: news.recording,
    stored,
  });
  scope.defer(() => recordings.close(stopDeadline));
  await recordings.recover();
  return recordings;
}
