import type { Metrics } from '../api/metrics.ts';
import { receiveAudio } from '../ari/media-socket.ts';
import type { Chatbots } from '../chatbots/chatbots.ts';
import { ExternalMedias } from '../external-media/external-medias.ts';
import { Activeflows } from '../flows/activeflows.ts';
import { withOwnDefaults } from '../flows/defaults.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { pacing } from '../flows/pacing.ts';
import type { ReplyReader } from '../flows/reading/reply-reader.ts';
import type { AddressPolicy } from '../http/address-policy.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import type { HearingPort } from '../ports/hearing.ts';
import type { HttpPort } from '../ports/http.ts';
import type { Ports } from '../ports/ports.ts';
import type { Queues } from '../queues/queues.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { Takes } from '../recordings/takes.ts';
import type { Schedules } from '../schedules/schedules.ts';
import type { MusicOnHold } from '../sounds/music-on-hold.ts';
import type { Store } from '../storage/store.ts';
import type { Transcribes } from '../transcribes/transcribes.ts';
import type { CallParts } from './calls.ts';
import type { ConferenceParts } from './conferences.ts';
import type { RequestParts } from './flow-requests.ts';
import type { Foundation } from './foundation.ts';
import type { MessageParts } from './messages.ts';
import type { Sounds } from './sounds.ts';
import type { VoicemailParts } from './voicemail.ts';

export interface ExternalMediaNeeds extends Pick<Foundation, 'config'> {
  readonly policy: AddressPolicy;
  readonly metrics: Metrics;
  readonly news: News;
}

export interface PortNeeds extends Foundation {
  readonly catalogue: ActionCatalogue;
  readonly store: Store;
  readonly http: HttpPort;
  readonly sounds: Sounds;
  readonly music: MusicOnHold;
  readonly chatbots: Chatbots;
  readonly requests: RequestParts;
  readonly calls: CallParts;
  readonly recordings: Recordings;
  readonly takes: Takes;
  readonly voicemail: VoicemailParts;
  readonly hearing: HearingPort;
  readonly transcribes: Transcribes;
  readonly externalMedia: ExternalMedias;
  readonly queues: Queues;
  readonly conferences: ConferenceParts;
  readonly texts: MessageParts;
  readonly schedules: Schedules;
}

/** What actions use of all this. */
export function makePorts(needs: PortNeeds): Ports {
  const { config, catalogue, store, http, sounds, requests, calls, recordings, takes } = needs;
  const { hearing, transcribes, queues, conferences, chatbots, texts, externalMedia, schedules } = needs;
  const { music, voicemail } = needs;
  return {
    ...sounds.ports,
    music,
    http,
    ...requests.ports,
    audio: { receive: (...connection) => receiveAudio(config.ari.url, ...connection) },
    ...calls.ports,
    externalMedia,
    ...conferences,
    queues,
    chatbots,
    recordings,
    takes,
    mailboxes: voicemail.mailboxes,
    voicemails: voicemail.voicemails,
    hearing,
    messages: texts.messages,
    transcribes,
    schedules,
    flows: {
      get: async (id) => {
        const flow = await store.flows.get(id);
        return flow && withOwnDefaults(flow, catalogue);
      },
    },
  };
}

export function makeExternalMedias({ config, policy, metrics, news }: ExternalMediaNeeds): ExternalMedias {
  const { ari, sip, external_media } = config;
  return new ExternalMedias({
    policy,
    ariUrl: ari.url,
    host: external_media.host ?? sip.host,
    ports: external_media.ports,
    concurrent: external_media.concurrent,
    externalAddress: sip.external_address,
    onChange: (record, state) => news.changed({ kind: 'external_medias', record, state }),
    onStranger: metrics.media.strangePacket,
  });
}

export interface ActiveflowsNeeds extends Foundation {
  readonly catalogue: ActionCatalogue;
  readonly replies: ReplyReader;
  readonly recorder: Recorder;
  readonly ports: Ports;
  readonly news: News;
}

export function makeActiveflows(needs: ActiveflowsNeeds): Activeflows {
  const { config, log, scope, catalogue, replies, recorder, ports, news } = needs;
  return new Activeflows({
    ...{ customerId: config.customer_id, catalogue, replies, ports, scope, log },
    pace: pacing(recorder),
    onChange: news.activeflow,
    onEvent: news.flow,
    onPassedOver: news.passedOver,
  });
}
