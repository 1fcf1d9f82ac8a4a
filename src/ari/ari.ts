import { AriBridges } from './ari-bridges.ts';
import { AriConfig } from './ari-config.ts';
import { AriRecordings } from './ari-recordings.ts';
import { AriSounds } from './ari-sounds.ts';
import { type EventOwner, EventRouter } from './event-router.ts';
import type { Channel, Endpoint, Playback } from './events.gen.ts';
import { asteriskId, type Kind } from './ids.ts';
import { Left } from './left.ts';
import { type Operation, operations } from './operations.ts';
import type {
  Creation,
  DialplanPlace,
  Direction,
  DtmfToSend,
  ExternalMedia,
  MessageToSend,
  Origination,
  RtpStatistics,
} from './requests.ts';
import { AriError, type AriRequest, type AriSender } from './transport.ts';
import { Unended } from './unended.ts';

/**
 * The port to Asterisk: the operations we use, ids always ours, and whose its events are. Every operation may throw `AriError`.
 * Results are trusted as Asterisk describes them; they are the parsed border's other half of `events.gen.ts`.
 */
export class Ari {
  readonly app: string;
  readonly bridges: AriBridges;
  readonly recordings: AriRecordings;
  readonly config: AriConfig;
  readonly sounds: AriSounds;
  /** Takes every event, in the order Asterisk sent them. */
  readonly events = new EventRouter();
  /** What a daemon that died has left there. */
  readonly left = new Left();
  /** What may not have ended though it was told to. */
  readonly unended = new Unended();
  readonly #sender: AriSender;

  constructor(app: string, sender: AriSender) {
    this.app = app;
    this.bridges = new AriBridges(sender);
    this.recordings = new AriRecordings(sender);
    this.config = new AriConfig(sender);
    this.sounds = new AriSounds(sender);
    this.#sender = sender;
  }

  /** The id of a thing of ours, made of the words that say whose it is. */
  id(kind: Kind, ...words: readonly (string | number)[]): string {
    return asteriskId(this.app, kind, ...words);
  }

  /** Gives the events of a channel or bridge (`channel:<id>`, `bridge:<id>`) to whoever made it, until disposed. */
  own(subject: string, owner: EventOwner): Disposable {
    return this.events.own(subject, owner);
  }

  ping(signal?: AbortSignal): Promise<unknown> {
    return this.#sender.send({ operation: operations.ping }, signal);
  }

  async channels(signal?: AbortSignal): Promise<readonly Channel[]> {
    return (await this.#sender.send({ operation: operations.channels }, signal)) as Channel[];
  }

  async channel(channelId: string, signal?: AbortSignal): Promise<Channel> {
    return (await this.#sender.send(
      { operation: operations.channel, path: { channelId } },
      signal,
    )) as Channel;
  }

  /** Makes a channel and calls; it comes to us when it is answered. */
  async originate(
    { variables, timeout, ...origination }: Origination,
    signal?: AbortSignal,
  ): Promise<Channel> {
    const query = {
      ...origination,
      app: this.app,
      ...(timeout === undefined ? {} : { timeout: String(timeout) }),
    };
    const request = { operation: operations.originate, query, ...(variables ? { body: { variables } } : {}) };
    return (await this.#sender.send(request, signal)) as Channel;
  }

  /** Makes a channel that comes to us at once and calls nobody before `dial`. */
  async create({ variables, ...creation }: Creation, signal?: AbortSignal): Promise<Channel> {
    const query = { ...creation, app: this.app };
    const request = { operation: operations.create, query, ...(variables ? { body: { variables } } : {}) };
    return (await this.#sender.send(request, signal)) as Channel;
  }

  /** Sends the INVITE of a channel made by `create`; the time to answer is the caller's business. */
  dial(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.dial, channelId, signal);
  }

  /** Makes the channel of external media; its answer says where Asterisk listens. */
  async externalMedia(media: ExternalMedia, signal?: AbortSignal): Promise<Channel> {
    const { channelId, externalHost, encapsulation, transport, connectionType, format, data } = media;
    const query = {
      channelId,
      app: this.app,
      ...(externalHost === undefined ? {} : { external_host: externalHost }),
      encapsulation,
      transport,
      connection_type: connectionType,
      format,
      ...(data === undefined ? {} : { data }),
      ...(media.transportData === undefined ? {} : { transport_data: media.transportData }),
    };
    return (await this.#sender.send({ operation: operations.externalMedia, query }, signal)) as Channel;
  }

  /** A channel that hears (`spy`) or is heard (`whisper`) beside a call; it ends with the call's channel. */
  async snoop(
    channelId: string,
    snoopId: string,
    { spy, whisper, appArgs }: { spy?: Direction; whisper?: Direction; appArgs?: string },
    signal?: AbortSignal,
  ): Promise<void> {
    const query = {
      app: this.app,
      ...(spy === undefined ? {} : { spy }),
      ...(whisper === undefined ? {} : { whisper }),
      ...(appArgs === undefined ? {} : { appArgs }),
    };
    await this.#sender.send({ operation: operations.snoop, path: { channelId, snoopId }, query }, signal);
  }

  answer(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.answer, channelId, signal);
  }

  /** The caller hears it ring, unanswered or not, until `stopRing`. */
  ring(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.ring, channelId, signal);
  }

  stopRing(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.stopRing, channelId, signal);
  }

  /** 183 with SDP: the caller can hear before the answer. */
  progress(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.progress, channelId, signal);
  }

  /** Ends a channel; `cause` is Q.850 and picks the SIP response on an unanswered leg. */
  hangup(channelId: string, cause: number, signal?: AbortSignal): Promise<void> {
    const query = { reason_code: String(cause) };
    return this.#tell({ operation: operations.hangup, path: { channelId }, query }, signal);
  }

  /** Lets us hear of a channel's events also when it is not with us. */
  async subscribe(channelId: string, signal?: AbortSignal): Promise<void> {
    const query = { eventSource: `channel:${channelId}` };
    const request = { operation: operations.subscribe, path: { applicationName: this.app }, query };
    await this.#sender.send(request, signal);
  }

  /** Gives the channel back to the dialplan. */
  async continueInDialplan(
    channelId: string,
    { context, extension, priority }: DialplanPlace,
    signal?: AbortSignal,
  ): Promise<void> {
    const query = { context, extension, priority: String(priority) };
    const request = { operation: operations.continueInDialplan, path: { channelId }, query };
    await this.#sender.send(request, signal);
  }

  play(channelId: string, playbackId: string, media: string, signal?: AbortSignal): Promise<void> {
    const body = { media: [media], playbackId, skipms: 500 };
    return this.#tell({ operation: operations.play, path: { channelId }, body }, signal);
  }

  async playback(playbackId: string, signal?: AbortSignal): Promise<Playback> {
    return (await this.#sender.send(
      { operation: operations.playback, path: { playbackId } },
      signal,
    )) as Playback;
  }

  /** `reverse` goes back by half a second, and only where it plays; `unpause` is told like a start. */
  async controlPlayback(
    playbackId: string,
    operation: 'pause' | 'unpause' | 'reverse',
    signal?: AbortSignal,
  ): Promise<void> {
    const request = { operation: operations.controlPlayback, path: { playbackId }, query: { operation } };
    await this.#sender.send(request, signal);
  }

  /** Never rejects, and is not lost with the connection: where Asterisk does not say yes it is told again. */
  endPlayback(playbackId: string): Promise<void> {
    return this.unended.end(`playback ${playbackId}`, () => this.stopPlayback(playbackId));
  }

  async stopPlayback(playbackId: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.stopPlayback, path: { playbackId } }, signal);
  }

  /** Lets the channel hear music on hold, until `stopMoh`; a playback ends it too. */
  startMoh(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.startMoh, channelId, signal);
  }

  stopMoh(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.stopMoh, channelId, signal);
  }

  /** Tells the party's phone that it is on hold; what it does then is its own affair. */
  hold(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.hold, channelId, signal);
  }

  unhold(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.unhold, channelId, signal);
  }

  /** `in`: nobody hears the party; `out`: the party hears nothing. */
  async mute(channelId: string, direction: Direction, signal?: AbortSignal): Promise<void> {
    const query = { direction };
    await this.#sender.send({ operation: operations.mute, path: { channelId }, query }, signal);
  }

  async unmute(channelId: string, direction: Direction, signal?: AbortSignal): Promise<void> {
    const query = { direction };
    await this.#sender.send({ operation: operations.unmute, path: { channelId }, query }, signal);
  }

  /** Sends silence where nothing else is sent: without it a caller who is told nothing gets no packet at all. */
  startSilence(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.startSilence, channelId, signal);
  }

  stopSilence(channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#order(operations.stopSilence, channelId, signal);
  }

  /** Of a channel that is none of SIP there are none: 403. */
  async rtpStatistics(channelId: string, signal?: AbortSignal): Promise<RtpStatistics> {
    const request = { operation: operations.rtpStatistics, path: { channelId } };
    return (await this.#sender.send(request, signal)) as RtpStatistics;
  }

  /** Sends digits to the channel's party. Asterisk does not say when the last one is out. */
  async sendDtmf(
    channelId: string,
    { digits, duration, between }: DtmfToSend,
    signal?: AbortSignal,
  ): Promise<void> {
    const query = { dtmf: digits, duration: String(duration), between: String(between) };
    await this.#sender.send({ operation: operations.sendDtmf, path: { channelId }, query }, signal);
  }

  /** Tells the phone that asked for a transfer what has become of it. */
  async transferProgress(
    channelId: string,
    states: 'channel_progress' | 'channel_answered' | 'channel_unavailable' | 'channel_declined',
    signal?: AbortSignal,
  ): Promise<void> {
    const query = { states };
    await this.#sender.send({ operation: operations.transferProgress, path: { channelId }, query }, signal);
  }

  /** Whether a phone is registered: `online`, `offline`; `unknown` where Asterisk cannot tell. */
  async endpoint(tech: string, resource: string, signal?: AbortSignal): Promise<Endpoint> {
    const request = { operation: operations.endpoint, path: { tech, resource } };
    return (await this.#sender.send(request, signal)) as Endpoint;
  }

  /** Hands a text message to Asterisk. That it was taken says nothing of whether it has come to anybody. */
  async sendMessage({ to, from, body, headers }: MessageToSend, signal?: AbortSignal): Promise<void> {
    const request = {
      operation: operations.sendMessage,
      query: { to, from },
      body: { body, variables: headers },
    };
    await this.#sender.send(request, signal);
  }

  /** A channel's variable or function, e.g. `PJSIP_HEADER(read,X-Customer)`. */
  async getVariable(channelId: string, variable: string, signal?: AbortSignal): Promise<string> {
    const request = { operation: operations.getVariable, path: { channelId }, query: { variable } };
    const answer = (await this.#sender.send(request, signal)) as { value?: string } | undefined;
    return answer?.value ?? '';
  }

  async setVariable(channelId: string, variable: string, value: string, signal?: AbortSignal): Promise<void> {
    const query = { variable, value };
    await this.#sender.send({ operation: operations.setVariable, path: { channelId }, query }, signal);
  }

  async setGlobalVariable(variable: string, value: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.setGlobalVariable, query: { variable, value } }, signal);
  }

  /** Asterisk sends this event to whoever has our application. */
  async sendEvent(eventName: string, signal?: AbortSignal): Promise<void> {
    const query = { application: this.app };
    await this.#sender.send({ operation: operations.sendEvent, path: { eventName }, query }, signal);
  }

  /** Requests of SIP from these addresses, and no others, get 403: for an Asterisk with our `sorcery.conf`. */
  async refuseAddresses(addresses: readonly string[], signal?: AbortSignal): Promise<void> {
    const path = { configClass: 'res_pjsip', objectType: 'acl', id: 'ariflow-refused' };
    await this.#unlessStatus(404, this.#sender.send({ operation: operations.deleteObject, path }, signal));
    if (addresses.length === 0) return;
    const body = { fields: [{ attribute: 'deny', value: addresses.join(',') }] };
    // Asterisk 22.10 makes it, cannot write it into its answer, and answers 500.
    await this.#unlessStatus(
      500,
      this.#sender.send({ operation: operations.updateObject, path, body }, signal),
    );
  }

  async #unlessStatus(status: number, sent: Promise<unknown>): Promise<void> {
    await sent.catch((error: unknown) => {
      if (!(error instanceof AriError) || error.status !== status) throw error;
    });
  }

  /** Keeps events of these types from being written to our socket at all. */
  async filterEvents(disallowed: readonly string[], signal?: AbortSignal): Promise<void> {
    // Only `disallowed`: a list of allowed types would swallow the answers to requests on the same socket.
    const body = { disallowed: disallowed.map((type) => ({ type })) };
    await this.#sender.send(
      { operation: operations.filterEvents, path: { applicationName: this.app }, body },
      signal,
    );
  }

  /** An order to a channel that says no more than its name. */
  #order(operation: Operation, channelId: string, signal?: AbortSignal): Promise<void> {
    return this.#tell({ operation, path: { channelId } }, signal);
  }

  /** What is answered to it matters to nobody. */
  #tell(request: AriRequest, signal?: AbortSignal): Promise<void> {
    return this.#sender.send(request, signal) as Promise<void>; // whatever it says
  }
}
