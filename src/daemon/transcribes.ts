import { receiveAudio } from '../ari/media-socket.ts';
import { within } from '../core/wait.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import type { HearingPort } from '../ports/hearing.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { Store } from '../storage/store.ts';
import { Transcribes } from '../transcribes/transcribes.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export interface TranscribesNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly hearing: HearingPort;
  readonly recordings: Recordings;
}

/** How long it may take to let go of those who listen. */
const giveUp = 1_000;

/** Transcriptions. Started before calls come: then they are stopped after them, when the last words can be told. */
export async function startTranscribes(needs: TranscribesNeeds): Promise<Transcribes> {
  const { config, log, late, store, recorder, news, hearing, recordings } = needs;
  const scope = needs.scope.stage(stopDeadline + 2 * giveUp); // they end with their calls
  const transcribes = new Transcribes({
    ...{ hearing, recordings, log, scope: scope.stage(giveUp) },
    receive: (...connection) => receiveAudio(config.ari.url, ...connection),
    callOf: (id) => late.value.calls.get(id),
    find: async (id) => recorder.latest('transcribes', id)?.record ?? store.transcribes.get(id),
    forget: async (id) => {
      await within(recorder.flush(), stopDeadline); // what is not written yet would come afterwards
      await store.transcripts.forget(id);
    },
    customerId: config.customer_id,
    concurrent: config.transcribe.concurrent,
    news: {
      changed: (record, state, type) => news.changed({ kind: 'transcribes', record, state }, type),
      said: (record) => news.changed({ kind: 'transcripts', record }, 'transcript_created'),
      saying: news.saying,
    },
  });
  scope.defer(() => transcribes.close(stopDeadline));
  return transcribes;
}
