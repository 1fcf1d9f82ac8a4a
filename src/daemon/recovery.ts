import type { AriConnection } from '../ari/connection.ts';
import { logEnded } from '../calls/milestones.ts';
import type { ConferencecallRecord } from '../conferences/conferencecall-record.ts';
import { goOnWithRooms } from '../conferences/left-behind.ts';
import { within } from '../core/wait.ts';
import type { ExternalMedias } from '../external-media/external-medias.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { Completion } from '../flows/completion.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { mediaNews } from '../flows/media-news.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { goOnWithQueues } from '../queues/left-behind.ts';
import type { Queues } from '../queues/queues.ts';
import { filesOfCall } from '../recordings/recording-store.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { Recovery, type Rescue } from '../recovery/recovery.ts';
import { type LeftRows, ownRows } from '../storage/left-behind.ts';
import type { Store } from '../storage/store.ts';
import type { Transcribes } from '../transcribes/transcribes.ts';
import type { CallParts } from './calls.ts';
import type { ConferenceParts } from './conferences.ts';
import type { RequestParts } from './flow-requests.ts';
import { type Foundation, stopDeadline } from './foundation.ts';
import type { VoicemailParts } from './voicemail.ts';

export interface RecoveryNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly connection: AriConnection;
  readonly catalogue: ActionCatalogue;
  readonly calls: CallParts;
  readonly activeflows: Activeflows;
  readonly requests: RequestParts;
  readonly queues: Queues;
  readonly conferences: ConferenceParts;
  readonly recordings: Recordings;
  readonly voicemail: VoicemailParts;
  readonly transcribes: Transcribes;
  readonly externalMedia: ExternalMedias;
}

/** What goes on with all that lived in a daemon that died: in an earlier run of this one unless other rows are given. */
export function makeRecovery(
  needs: RecoveryNeeds,
  rows: LeftRows = ownRows(needs.store, needs.log),
  { isTheirs = true } = {},
): Recovery {
  const { store, news, log, connection, catalogue, calls, activeflows } = needs;
  return new Recovery({
    rows: {
      calls: () => rows.of('calls'),
      activeflows: () => rows.of('activeflows'),
    },
    ari: connection.ari,
    isTheirs,
    calls: calls.calls,
    outgoing: calls.outgoing,
    talks: calls.transfers,
    scope: calls.scope,
    ...{ activeflows, catalogue, log },
    rescues: [
      takeUpQueues(needs, rows),
      takeUpRooms(needs, rows),
      takeUpRecordings(needs, rows),
      takeUpVoicemails(needs, rows), // they wait for the ends of recordings
      takeUpTranscribes(needs, rows), // some wait for the ends of recordings
      takeUpMedia(needs, rows),
    ],
    ended: store.calls,
    filesOf: (callId) => filesOfCall(store.recordings, callId),
    ending: {
      call: (type, record, state) => {
        news.changed({ kind: 'calls', record, ...(state && { state }) }, type);
        logEnded(log, record);
      },
      activeflow: news.activeflow,
    },
  });
}

/** Begins with that, before the first event of Asterisk's. Answers the flows that are due, of before and of now. */
export async function recover(
  recovery: Recovery,
  completions: LeftRows['completions'],
  recorder: Recorder,
): Promise<readonly Completion[]> {
  const due = await completions();
  const more = await recovery.begin();
  // A store that cannot write now gets it later, still before what comes after.
  await within(recorder.flush(), stopDeadline).catch(() => undefined);
  return [...due, ...more];
}

function takeUpQueues({ news, queues, requests: { agents } }: RecoveryNeeds, rows: LeftRows): Rescue {
  return async (survivors) => {
    const ids = await rows.agents();
    const held = (await agents.held()).filter(({ id }) => ids.includes(id));
    const left = { queuecalls: await rows.of('queuecalls'), held };
    await goOnWithQueues(left, { queues, agents, tell: news.queuecall }, survivors);
  };
}

function takeUpRooms({ news, conferences }: RecoveryNeeds, rows: LeftRows): Rescue {
  return async (survivors) => {
    const confbridges = await rows.of('confbridges');
    const conferencecalls = await rows.of('conferencecalls');
    const tell = {
      confbridge: news.confbridge,
      conferencecall: (record: ConferencecallRecord) => news.changed({ kind: 'conferencecalls', record }),
    };
    goOnWithRooms({ confbridges, conferencecalls }, { ...conferences, tell }, survivors);
  };
}

function takeUpRecordings({ recordings, conferences, calls }: RecoveryNeeds, rows: LeftRows): Rescue {
  const { confbridges } = conferences;
  const bridgeOf = (confbridgeId: string) => confbridges.bridge(confbridgeId);
  return async (survivors) =>
    recordings.takeUp(await rows.of('recordings'), { ...survivors, scope: calls.scope, bridgeOf });
}

function takeUpVoicemails({ voicemail: { voicemails } }: RecoveryNeeds, rows: LeftRows): Rescue {
  return async ({ callOf }) => {
    const left = await rows.of('voicemails');
    voicemails.takeUp(
      left.map(({ record }) => record),
      callOf,
    );
  };
}

function takeUpTranscribes({ transcribes }: RecoveryNeeds, rows: LeftRows): Rescue {
  return async (survivors) => transcribes.takeUp(await rows.of('transcribes'), survivors);
}

function takeUpMedia({ news, externalMedia }: RecoveryNeeds, rows: LeftRows): Rescue {
  return async (survivors) =>
    externalMedia.takeUp(await rows.of('external_medias'), {
      ...survivors,
      tellOf: (activeflowId, callId) => mediaNews(activeflowId, callId, news.flow),
    });
}
