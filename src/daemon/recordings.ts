import { join, resolve } from 'node:path';
import type { AriConnection } from '../ari/connection.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import { messageOf } from '../core/errors.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { Finishing } from '../recordings/finishing.ts';
import { makeRoom } from '../recordings/make-room.ts';
import { RecordingFiles } from '../recordings/recording-files.ts';
import { Recordings } from '../recordings/recordings.ts';
import { instanceOf } from '../storage/instance.ts';
import type { Store } from '../storage/store.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export interface RecordingsNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly connection: AriConnection;
}

/** How long it may take to give up those that are left. */
const giveUp = 1_000;

/** Recordings of calls. Started before calls come: then it is stopped after them, when they have ended. */
export async function startRecordings(needs: RecordingsNeeds): Promise<Recordings> {
  const { config, log, store, recorder, news } = needs;
  const { ari } = needs.connection;
  const scope = needs.scope.stage(stopDeadline + 2 * giveUp); // recordings end with their calls
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
    find: async (id) => recorder.latest('recordings', id)?.record ?? store.recordings.get(id),
    customerId: config.customer_id,
    onChange: news.recording,
    onLost: ({ id, reference_id }, error) =>
      log.warn({ recording: id, call: reference_id, error: messageOf(error) }, 'recording_cut_off'),
    stored,
  });
  scope.defer(() => recordings.close(stopDeadline));
  await recordings.tidyUp();
  return recordings;
}
