import { Confbridges } from '../conferences/confbridges.ts';
import { Conferencecalls } from '../conferences/conferencecalls.ts';
import { Conferences } from '../conferences/conferences.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { Store } from '../storage/store.ts';
import { type Foundation, stopDeadline } from './foundation.ts';
import type { Sounds } from './sounds.ts';

export interface ConferencesNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly sounds: Sounds;
  readonly recordings: Recordings;
}

export interface ConferenceParts {
  readonly confbridges: Confbridges;
  readonly conferences: Conferences;
  readonly conferencecalls: Conferencecalls;
}

/** The rooms in which calls meet. Started before calls come: then it is stopped after them. */
export function startConferences(needs: ConferencesNeeds): ConferenceParts {
  const { config, log, late, store, recorder, news, recordings } = needs;
  const { speech, media } = needs.sounds.ports;
  const scope = needs.scope.stage(stopDeadline); // the calls in the rooms are hung up before
  const customerId = config.customer_id;
  const conferencecalls = new Conferencecalls({
    customerId,
    onChange: (record, state) => news.changed({ kind: 'conferencecalls', record, state }),
  });
  const confbridges = new Confbridges({
    customerId,
    scope,
    log,
    find: async (id) => (recorder.latest('confbridges', id) ?? (await store.confbridges.find(id)))?.record,
    speak: (words, signal) => speech.prompt(words, signal),
    fetch: (url, signal) => media.fetch(url, signal),
    onChange: news.confbridge,
    onMember: (moment, callId, confbridgeId) => {
      conferencecalls.member(moment, callId, confbridgeId);
      if (moment === 'joined') recordings.joined(late.value.calls.get(callId), confbridgeId);
    },
  });
  const conferences = new Conferences({
    store: store.conferences,
    confbridges,
    conferencecalls,
    scope,
    log,
    told: news.conferences(store.conferences),
    onOver: news.conferenceOver,
  });
  return { confbridges, conferences, conferencecalls };
}
