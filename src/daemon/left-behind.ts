import { logEnded } from '../calls/milestones.ts';
import { emptyConfbridges } from '../conferences/left-behind.ts';
import { within } from '../core/wait.ts';
import { stoppedMedia } from '../external-media/external-media-record.ts';
import type { Completion } from '../flows/completion.ts';
import { type Ending, endLeftBehind } from '../flows/recovery.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { emptyQueues } from '../queues/left-behind.ts';
import { filesOfCall } from '../recordings/recordings.ts';
import { leftBehind } from '../storage/left-behind.ts';
import type { Store } from '../storage/store.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export interface LeftBehindNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
}

/** Ends the records of all that lived in a daemon that died, and tells of these ends. Answers the flows that are to run because of them. */
export async function endWhatIsLeft(needs: LeftBehindNeeds): Promise<readonly Completion[]> {
  const { store, recorder, news, log } = needs;
  emptyQueues(await leftBehind(store, 'queuecalls', log), (type, record) =>
    news.changed({ kind: 'queuecalls', record }, type),
  );
  const due = await endFlows(needs);
  await endRooms(needs);
  for (const { record } of await leftBehind(store, 'external_medias', log))
    news.changed({ kind: 'external_medias', record: stoppedMedia(record, 'failed') });
  // A store that cannot write now gets it later, still before what comes after.
  await within(recorder.flush(), stopDeadline).catch(() => undefined);
  return due;
}

async function endRooms({ store, news, log }: LeftBehindNeeds): Promise<void> {
  const confbridges = await leftBehind(store, 'confbridges', log);
  const conferencecalls = await leftBehind(store, 'conferencecalls', log);
  emptyConfbridges(
    { confbridges, conferencecalls },
    {
      confbridge: news.confbridge,
      conferencecall: (record) => news.changed({ kind: 'conferencecalls', record }),
    },
  );
}

async function endFlows({ store, news, log }: LeftBehindNeeds): Promise<readonly Completion[]> {
  const due = await store.completions.due();
  const calls = (await leftBehind(store, 'calls', log)).map(({ record }) => record);
  const activeflows = await leftBehind(store, 'activeflows', log);
  const filesOf = (callId: string) => filesOfCall(store.recordings, callId);
  const left = { calls, activeflows, ended: store.calls, filesOf };
  const ending: Ending = {
    call: (type, record) => {
      news.changed({ kind: 'calls', record }, type);
      logEnded(log, record);
    },
    activeflow: news.activeflow,
  };
  return [...due, ...(await endLeftBehind(left, ending))];
}
