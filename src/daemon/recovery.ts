import type { AriConnection } from '../ari/connection.ts';
import { logEnded } from '../calls/milestones.ts';
import { emptyConfbridges } from '../conferences/left-behind.ts';
import { within } from '../core/wait.ts';
import { stoppedMedia } from '../external-media/external-media-record.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { Completion } from '../flows/completion.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { emptyQueues } from '../queues/left-behind.ts';
import { filesOfCall } from '../recordings/recordings.ts';
import { Recovery, type Rescue } from '../recovery/recovery.ts';
import { leftBehind } from '../storage/left-behind.ts';
import type { Store } from '../storage/store.ts';
import type { CallParts } from './calls.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export interface RecoveryNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly connection: AriConnection;
  readonly catalogue: ActionCatalogue;
  readonly calls: CallParts;
  readonly activeflows: Activeflows;
}

/** What goes on with all that lived in a daemon that died. */
export function makeRecovery(needs: RecoveryNeeds): Recovery {
  const { store, news, log, scope, connection, catalogue, calls, activeflows } = needs;
  return new Recovery({
    rows: {
      calls: () => leftBehind(store, 'calls', log),
      activeflows: () => leftBehind(store, 'activeflows', log),
    },
    ari: connection.ari,
    calls: calls.calls,
    ...{ activeflows, catalogue, scope, log },
    rescues: [leaveQueues(needs), leaveRooms(needs), stopMedia(needs)],
    ended: store.calls,
    filesOf: (callId) => filesOfCall(store.recordings, callId),
    ending: {
      call: (type, record) => {
        news.changed({ kind: 'calls', record }, type);
        logEnded(log, record);
      },
      activeflow: news.activeflow,
    },
  });
}

/** Begins with that, before the first event of Asterisk's. Answers the flows that are due, of before and of now. */
export async function recover(
  recovery: Recovery,
  { store, recorder }: Pick<RecoveryNeeds, 'store' | 'recorder'>,
): Promise<readonly Completion[]> {
  const due = await store.completions.due();
  const more = await recovery.begin();
  // A store that cannot write now gets it later, still before what comes after.
  await within(recorder.flush(), stopDeadline).catch(() => undefined);
  return [...due, ...more];
}

function leaveQueues({ store, news, log }: RecoveryNeeds): Rescue {
  return async () =>
    emptyQueues(await leftBehind(store, 'queuecalls', log), (type, record) =>
      news.changed({ kind: 'queuecalls', record }, type),
    );
}

function leaveRooms({ store, news, log }: RecoveryNeeds): Rescue {
  return async () => {
    const confbridges = await leftBehind(store, 'confbridges', log);
    const conferencecalls = await leftBehind(store, 'conferencecalls', log);
    emptyConfbridges(
      { confbridges, conferencecalls },
      {
        confbridge: news.confbridge,
        conferencecall: (record) => news.changed({ kind: 'conferencecalls', record }),
      },
    );
  };
}

function stopMedia({ store, news, log }: RecoveryNeeds): Rescue {
  return async () => {
    for (const { record } of await leftBehind(store, 'external_medias', log))
      news.changed({ kind: 'external_medias', record: stoppedMedia(record, 'failed') });
  };
}
