import { zeroId } from '../../src/core/clock.ts';
import type { Scope } from '../../src/core/scope.ts';
import type { Recorder } from '../../src/news/recorder.ts';
import type { Recordings } from '../../src/recordings/recordings.ts';
import type { Store } from '../../src/storage/store.ts';
import { Voicemails } from '../../src/voicemail/voicemails.ts';

interface Given {
  readonly recorder: Recorder;
  readonly recordings: Recordings;
  readonly scope: Scope;
}

/** Voicemails on a store; nobody leaves any. */
export function storeVoicemails(store: Store, { recorder, recordings, scope }: Given): Voicemails {
  return new Voicemails({
    store: store.voicemails,
    mailbox: (id) => store.mailboxes.get(id),
    recordings: { over: async () => undefined, delete: (id) => recordings.delete(id) },
    find: async (id) =>
      recorder.latest('voicemails', id)?.record ?? (await store.voicemails.find(id))?.record,
    customerId: zeroId,
    onChange: (type, record) =>
      recorder.record({
        live: { kind: 'voicemails', record },
        event: type && { event: { type, data: record }, lane: record.mailbox_id },
      }),
    stored: () => recorder.flush(),
    scope,
  });
}
