import { Confbridges } from '../conferences/confbridges.ts';
import { Conferencecalls } from '../conferences/conferencecalls.ts';
import { Conferences } from '../conferences/conferences.ts';
import type { Config } from '../config/config.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import type { Ports } from '../ports/ports.ts';
import type { Store } from '../storage/store.ts';

export interface ConferencesPartOptions {
  readonly config: Config;
  readonly log: Log;
  readonly scope: Scope;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly sounds: Pick<Ports, 'speech' | 'media'>;
  readonly onJoined: (callId: string, confbridgeId: string) => void;
}

export interface ConferenceParts {
  readonly confbridges: Confbridges;
  readonly conferences: Conferences;
  readonly conferencecalls: Conferencecalls;
}

/** How long a stop waits for the last bridges to be gone. */
const stopDeadline = 5_000;

/** The rooms in which calls meet. Must be made before the calls: then it is stopped after them. */
export async function startConferences(options: ConferencesPartOptions): Promise<ConferenceParts> {
  const { config, log, store, recorder, news, sounds } = options;
  const scope = options.scope.stage(stopDeadline); // the calls in the rooms are hung up before
  const customerId = config.customer_id;
  const conferencecalls = new Conferencecalls({ customerId, onChange: news.conferencecall });
  const confbridges = new Confbridges({
    customerId,
    scope,
    log,
    find: async (id) => recorder.waitingLive('confbridges', id) ?? store.confbridges.find(id),
    speak: (words, signal) => sounds.speech.prompt(words, signal),
    fetch: (url, signal) => sounds.media.fetch(url, signal),
    onChange: news.confbridge,
    onMember: (moment, callId, confbridgeId) => {
      conferencecalls.member(moment, callId, confbridgeId);
      if (moment === 'joined') options.onJoined(callId, confbridgeId);
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
  await conferences.start();
  return { confbridges, conferences, conferencecalls };
}
