import type { CallCommands } from '../api/commands/call-commands.ts';
import type { Console } from '../api/console/console.ts';
import { drainOf } from '../api/drain.ts';
import { adviceWith } from '../api/flow-advice.ts';
import { flowValidation } from '../api/flow-validation.ts';
import { gaugesOf } from '../api/gauges.ts';
import { liveActiveflows } from '../api/live-activeflows.ts';
import type { Metrics } from '../api/metrics.ts';
import type { Parts } from '../api/parts.ts';
import { readinessOf } from '../api/readiness.ts';
import { createApi } from '../api/server.ts';
import { startActiveflow } from '../api/start-activeflow.ts';
import { StoredTokens } from '../api/stored-tokens.ts';
import type { AriConnection } from '../ari/connection.ts';
import type { Admission } from '../calls/admission.ts';
import type { Chatbots } from '../chatbots/chatbots.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Replies } from '../flows/reading/replies.ts';
import type { Hearing } from '../hearing/hearing.ts';
import type { AddressPolicy } from '../http/address-policy.ts';
import { urlProblem } from '../http/url-problem.ts';
import type { LiveEvents } from '../news/live-events.ts';
import type { Recorder } from '../news/recorder.ts';
import type { Queues } from '../queues/queues.ts';
import type { RecordingLinks } from '../recordings/recording-links.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { MusicOnHold } from '../sounds/music-on-hold.ts';
import { soundFinder } from '../sounds/sound-finder.ts';
import { tellProviders } from '../speech/providers.ts';
import type { Store } from '../storage/store.ts';
import type { Transcribes } from '../transcribes/transcribes.ts';
import { version } from '../version.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import type { CallParts } from './calls.ts';
import type { ConferenceParts } from './conferences.ts';
import type { ExtensionParts } from './extensions.ts';
import type { RequestParts } from './flow-requests.ts';
import type { Foundation } from './foundation.ts';
import type { MessageParts } from './messages.ts';
import { startSimulating } from './simulating.ts';
import type { Sounds } from './sounds.ts';
import type { TrunkParts } from './trunks.ts';
import type { VoicemailParts } from './voicemail.ts';

export interface ApiNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly liveEvents: LiveEvents;
  readonly policy: AddressPolicy;
  readonly metrics: Metrics;
  readonly delivery: Delivery;
  readonly requests: RequestParts;
  readonly recordings: Recordings;
  readonly transcribes: Transcribes;
  readonly voicemail: VoicemailParts;
  readonly links: RecordingLinks;
  readonly activeflows: Activeflows;
  readonly catalogue: ActionCatalogue;
  readonly replies: Replies;
  readonly connection: AriConnection;
  readonly admission: Admission;
  readonly calls: CallParts;
  readonly commands: CallCommands;
  readonly conferences: ConferenceParts;
  readonly queues: Queues;
  readonly phones: ExtensionParts;
  readonly trunks: TrunkParts;
  readonly chatbots: Chatbots;
  readonly sounds: Sounds;
  readonly music: MusicOnHold;
  readonly hearing: Hearing;
  readonly texts: MessageParts;
  readonly console: Console | undefined;
}

/** The REST API that listens. */
export interface RunningApi {
  /** Where. */
  readonly url: string;
  /** Lets requests that are under way finish. */
  close(): Promise<void>;
}

export async function startApi(needs: ApiNeeds): Promise<RunningApi> {
  const { config, scope } = needs;
  const { rate, rate_failed, allow } = config.api;
  const parts = shownParts(needs);
  tellProviders(parts.speechProviders(), needs.log);
  const api = await createApi(parts, { requests: rate, failures: rate_failed, networks: allow });
  const close = (): Promise<void> => api.close();
  scope.defer(close);
  return { url: await api.listen({ host: config.api.host, port: config.api.port }), close };
}

/** What the API shows to the outside. */
function shownParts(needs: ApiNeeds): Parts {
  const { config, log, scope, store, recorder, policy, metrics, delivery } = needs;
  const { activeflows, catalogue, queues, chatbots, recordings, transcribes, links, connection, admission } =
    needs;
  const { calls } = needs.calls;
  const directories = { data: config.data_dir, media: mediaDirectory(config) };
  const checkUrl = urlProblem(policy);
  return {
    customerId: config.customer_id,
    version,
    store,
    recorder,
    liveEvents: needs.liveEvents,
    tokens: new StoredTokens({
      store: store.tokens,
      configured: config.api.token ?? needs.secrets.api_token,
      log,
    }),
    console: needs.console,
    liveCalls: needs.commands,
    liveActiveflows: liveActiveflows(activeflows, { store, recorder }),
    log,
    agents: needs.requests.agents,
    extensions: needs.phones.extensions,
    phoneStates: needs.phones.states,
    trunks: needs.trunks.trunks,
    trunking: needs.trunks.trunking,
    registrations: needs.trunks.registrations,
    recordings,
    transcribes,
    voicemails: needs.voicemail.voicemails,
    mailboxes: needs.voicemail.mailboxes,
    mailboxesChanged: () => needs.voicemail.lamps.changed(),
    links,
    ...needs.conferences,
    queues,
    chatbots,
    sounds: needs.sounds.own,
    music: needs.music,
    speech: needs.sounds.ports.speech,
    speechProviders: () => needs.sounds.providers(needs.hearing.engines),
    ...shownTexts(needs.texts),
    actions: catalogue,
    validateFlow: flowValidation(needs.replies, scope),
    adviseFlow: (actions, defaults) =>
      adviceWith(
        actions,
        {
          ...{ catalogue, store, voices: needs.sounds.voices, hearing: needs.hearing },
          hasSound: soundFinder(needs.sounds.own, (name) => connection.ari.sounds.has(name, scope.signal)),
        },
        defaults,
      ),
    ...startSimulating({ store, scope, longestCall: config.call_max_duration }),
    look: async () => (await import('../doctor/findings.ts')).findingsOf(config),
    startActiveflow: (flow, initial) =>
      startActiveflow(flow, initial, {
        ...{ activeflows, catalogue, admission },
        most: config.activeflows.concurrent,
      }),
    makeCalls: (wanted) => needs.calls.makeCalls(wanted),
    validateUrl: (uri) => {
      const message = checkUrl(uri);
      return message === undefined ? undefined : { path: 'uri', message };
    },
    endpointsChanged: delivery.endpointsChanged,
    deliveries: delivery.deliveries,
    tryEndpoint: delivery.tryEndpoint,
    secretOverlap: config.webhook.secret_overlap,
    publicUrl: config.public_url,
    metrics,
    gauges: () => gaugesOf({ calls, activeflows, connection, queues, recorder, store }, directories),
    readiness: () => readinessOf(connection, store, admission),
    drain: drainOf(admission, { calls, activeflows }),
  };
}

function shownTexts({ messages, conversations, ways, inbox }: MessageParts) {
  return { messages, conversations, messageWays: ways, inbox };
}
