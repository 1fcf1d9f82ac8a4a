import { join, resolve } from 'node:path';
import type { AriConnection } from '../ari/connection.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import { neverTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { sleep } from '../core/wait.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { Finishing } from '../recordings/finishing.ts';
import { makeRoom } from '../recordings/make-room.ts';
import { PlayableRecordings, playedDirectory } from '../recordings/playable-recordings.ts';
import { RecordingFiles } from '../recordings/recording-files.ts';
import type { RecordingLinks } from '../recordings/recording-links.ts';
import { Recordings } from '../recordings/recordings.ts';
import { Takes } from '../recordings/takes.ts';
import { instanceOf } from '../storage/instance.ts';
import type { Store } from '../storage/store.ts';
import { type Foundation, stopDeadline } from './foundation.ts';
import type { Sounds } from './sounds.ts';

export interface RecordingsNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly connection: AriConnection;
}

/** How long it may take to give up those that are left. */
const giveUp = 1_000;

/** By then whoever lives on has found what is recorded of him, in milliseconds. */
const claiming = 60_000;

/** Recordings of calls. Started before calls come: then it is stopped after them, when they have ended. */
export async function startRecordings(needs: RecordingsNeeds): Promise<Recordings> {
  const { config, log, store, recorder, news } = needs;
  const { ari } = needs.connection;
  const scope = needs.scope.stage(stopDeadline + 2 * giveUp); // recordings end with their calls
  const media = mediaDirectory(config);
  const files = new RecordingFiles({
    raw: join(media, 'recording'),
    finished: resolve(config.data_dir, 'recordings'),
    played: join(media, playedDirectory),
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
        news.recording(record.tm_delete === neverTime ? 'recording_updated' : 'recording_deleted', record);
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
  await recordings.tidyUp(true);
  scope.spawn('recordings_left', async (signal) => {
    await sleep(claiming, signal);
    await recordings.tidyUp(false);
  });
  return recordings;
}

export interface TakesNeeds {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly recordings: Recordings;
  readonly links: RecordingLinks;
  readonly sounds: Sounds;
}

/** Those that flows wait for. */
export function makeTakes({ store, recorder, recordings, links, sounds }: TakesNeeds): Takes {
  return new Takes({
    recordings,
    links,
    known: async (id) =>
      recorder.latest('recordings', id)?.record ?? (await store.recordings.find(id))?.record,
    playable: new PlayableRecordings(sounds.played),
  });
}
