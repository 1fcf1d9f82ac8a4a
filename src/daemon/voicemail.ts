import type { AriConnection } from '../ari/connection.ts';
import { neverTime } from '../core/clock.ts';
import { AriflowError } from '../core/errors.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { hasFile } from '../recordings/recording-record.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { Store } from '../storage/store.ts';
import { expireForEver } from '../voicemail/expiry.ts';
import { Lamps } from '../voicemail/lamps.ts';
import { Mailboxes } from '../voicemail/mailboxes.ts';
import { Voicemails, type VoicemailsOptions } from '../voicemail/voicemails.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export interface VoicemailNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly recordings: Recordings;
  readonly connection: AriConnection;
}

export interface VoicemailParts {
  readonly mailboxes: Mailboxes;
  readonly voicemails: Voicemails;
  readonly lamps: Lamps;
}

/** Mailboxes. Started before calls come: then it is stopped after them, when what was left in them is being settled. */
export function startVoicemail(needs: VoicemailNeeds): VoicemailParts {
  const { config, log, store, recorder, news, recordings } = needs;
  const scope = needs.scope.stage(stopDeadline);
  const mailbox = (id: string) => store.mailboxes.get(id);
  const lamps: Lamps = new Lamps({
    ari: needs.connection.ari,
    mailboxes: () => store.mailboxes.all(),
    inside: (id) => voicemails.of(id),
    ...{ log, scope },
  });
  const voicemails: Voicemails = new Voicemails({
    store: store.voicemails,
    mailbox,
    recordings: { over: (...one) => over(recordings, ...one), delete: (id) => recordings.delete(id) },
    find: async (id) =>
      recorder.latest('voicemails', id)?.record ?? (await store.voicemails.find(id))?.record,
    customerId: config.customer_id,
    onChange: (type, record) => {
      news.voicemail(type, record);
      if (type) lamps.changed(record.mailbox_id);
    },
    stored: () => recorder.flush(),
    scope,
  });
  scope.defer(() => voicemails.close(stopDeadline));
  const longest = config.retention.recordings;
  const expiry = { voicemails, store: store.voicemails, mailbox, longest, log };
  scope.spawn('voicemails', (signal) => expireForEver(expiry, signal));
  return { mailboxes: new Mailboxes(store.mailboxes), voicemails, lamps };
}

const over: (
  recordings: Recordings,
  ...one: Parameters<VoicemailsOptions['recordings']['over']>
) => ReturnType<VoicemailsOptions['recordings']['over']> = async (recordings, id, signal) => {
  try {
    const record = await recordings.whenOver(id, signal);
    return { duration: record.duration, isThere: record.tm_delete === neverTime && hasFile(record) };
  } catch (error) {
    if (error instanceof AriflowError && error.reason === 'NOT_FOUND') return undefined;
    throw error;
  }
};
