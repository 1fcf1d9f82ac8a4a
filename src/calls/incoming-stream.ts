import type { Ari } from '../ari/ari.ts';
import type { AriEvent } from '../ari/events.gen.ts';
import { now } from '../core/clock.ts';
import { LifetimeEnded, messageOf } from '../core/errors.ts';
import type { Expectations } from '../core/expectations.ts';
import { LazySet } from '../core/lazy-set.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep, within } from '../core/wait.ts';
import { isGone } from './channel-gone.ts';
import type { KeepAliveSilence } from './keep-alive-silence.ts';
import type { Muting } from './muting.ts';
import { StreamSource } from './stream-source.ts';

/** Who does not hear what a call's party says. */
export type Deaf = 'recording' | 'external_media' | 'amd' | 'bridge' | 'hearing' | 'transcribe';

/** Who takes the audio of a call by snoops. */
export interface Listener {
  readonly what: Exclude<Deaf, 'bridge'>;
  /** Hangs up its snoops, calls `meanwhile` with their ids and waits for it, and has snoops again. */
  readonly renew: (meanwhile: (snoops: readonly string[]) => Promise<void>) => Promise<void>;
}

/** The part of a call that this file uses. */
interface Heard {
  readonly ari: Ari;
  readonly channelId: string;
  readonly scope: Scope;
  readonly hangupSignal: AbortSignal;
  readonly isEnded: boolean;
  readonly log: Log;
  readonly expect: Expectations<AriEvent>['expect'];
  readonly silence: KeepAliveSilence;
  readonly muting: Muting;
  writeDown(): void;
}

/** A call, or a channel made for one, which has no stream of its own. */
interface Party {
  readonly channelId: string;
  readonly incoming?: IncomingStream;
}

/** The bridge a party is in. */
export interface Place {
  /** Whose own packets the party is sent: where there are more than two it is a mix. */
  partnerOf(party: Party): Party | undefined;
  /** Makes anew what translates between the party and the others; calls `meanwhile` when that is done. */
  renew(party: Party, meanwhile: () => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** Makes anew what translates between a call and others, until it is disposed of. */
export interface Remedy extends Disposable, Pick<Place, 'renew'> {}

/** Resolves when a call that is in no bridge can be helped; to nothing where that needs no more than new snoops. */
type Alone = (signal: AbortSignal) => Promise<Remedy | undefined>;

/** How often Asterisk is asked whether a stream has begun anew, in milliseconds. */
const lookInterval = 1_000;

/** And in its first second; before that, until it has come: one that begins anew before it was looked at would be taken for one that begins. */
const firstInterval = 200;
const firstLooks = 5;
const comingInterval = 40;
const comingLooks = 25;

/** Likewise where nothing is counted of any stream that comes: who else is there by then is told at once. */
const blindInterval = 60_000;

/** How long it may take all who listen to let go. */
const patience = 5_000;

/** How long it may take Asterisk to let the snoops go, and how often it is asked whether it has. */
const goneTime = 2_000;
const askInterval = 20;

/** Of a snoop that is gone the call is rid with the next packet: some packets' time. */
const settleTime = 100;

/**
 * The stream that comes from a call's party, and those who take it. Asterisk, as Debian builds it, drops packets that look older
 * than others wherever it translates between formats: for snoops, in conferences, between two codecs. Only what translates is made
 * anew: see docs/decisions/0009-restarted-streams.md.
 */
export class IncomingStream {
  readonly call: Heard;
  readonly source: StreamSource;
  readonly #keepers = new LazySet<object>();
  readonly #listeners = new LazySet<Listener>();
  #watch: Scope | undefined;
  #woken: PromiseWithResolvers<true> | undefined;
  /** Whose packets the snoops there are now have been given last. */
  #partner: Party | undefined;
  #renewing: Promise<void> = Promise.resolve();
  #place: Place | undefined;
  #alone: Alone = async () => undefined;
  #onStalled: (what: Deaf) => void = () => undefined;

  constructor(call: Heard) {
    this.call = call;
    this.source = new StreamSource(call);
  }

  get isWatched(): boolean {
    return this.#watch !== undefined;
  }

  get listeners(): readonly Listener[] {
    return [...this.#listeners];
  }

  /** Sees to it, until disposed, that what the party says is heard again soon after its stream began anew. */
  keep(listener?: Listener): Disposable {
    const keeper = {};
    this.#keepers.add(keeper);
    if (listener) this.#listeners.add(listener);
    this.#begin();
    return {
      [Symbol.dispose]: () => {
        this.#keepers.delete(keeper);
        if (listener) this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.#partner = undefined;
        if (this.#keepers.size === 0) this.#end();
      },
    };
  }

  /** The watcher is told of those who do not hear the party any more, where it cannot be mended. */
  onStalled(watcher: (what: Deaf) => void): void {
    this.#onStalled = watcher;
  }

  /** Helps a call that is in no bridge. */
  onAlone(remedy: Alone): void {
    this.#alone = remedy;
  }

  /** Told by bridges: the party has come in, or somebody else to where it is. */
  isAt(place: Place): void {
    this.#place = place;
    this.#woken?.resolve(true); // looks at once
  }

  /** Told by bridges: the party is there no more. */
  isGoneFrom(place: Place): void {
    if (this.#place === place) this.#place = undefined;
  }

  tell(what: Deaf, error: unknown): void {
    const { hangupSignal, log } = this.call;
    if (hangupSignal.aborted || error instanceof LifetimeEnded) return;
    log.warn({ error: messageOf(error), what }, 'media_stalled');
    this.#onStalled(what);
  }

  /** Never rejects. */
  async remedy(): Promise<Remedy | undefined> {
    try {
      return await this.#alone(this.call.hangupSignal);
    } catch (error) {
      this.tell('bridge', error);
      return undefined;
    }
  }

  #begin(): void {
    if (this.#watch) return;
    const watch = this.call.scope.child();
    this.#watch = watch;
    let woken = Promise.withResolvers<true>();
    this.#woken = woken;
    watch.spawn('incoming-stream', async (signal) => {
      for (let [before, since] = [0, 0]; ; ) {
        const isBlind = await this.#look(signal);
        const interval = this.source.hasCome ? intervalSince(++since) : intervalBefore(++before);
        await within(woken.promise, isBlind ? blindInterval : interval, signal);
        woken = Promise.withResolvers();
        this.#woken = woken;
      }
    });
  }

  #end(): void {
    const watch = this.#watch;
    this.#watch = undefined;
    this.#woken = undefined;
    this.source.forget();
    void watch?.close();
  }

  /** At the call's own stream, and at the one that is carried to it, unless somebody else does. Resolves to whether there is nothing to see. */
  async #look(signal: AbortSignal): Promise<boolean> {
    const partner = this.#place?.partnerOf(this.call);
    const its = partner?.incoming;
    const sources = its && !its.isWatched ? [this.source, its.source] : [this.source];
    const looks = sources.map((source) => source.hasBegunAnew(signal));
    const hasBegunAnew = (await Promise.all(looks)).includes(true);
    if (hasBegunAnew) await this.#renew(its?.isWatched ? [this, its] : [this]);
    // The numbers of another one's packets may lie behind those of the one before.
    else if (partner && this.#partner && partner !== this.#partner) await this.#renew([this]);
    if (partner && this.#listeners.size > 0) this.#partner = partner;
    for (const source of sources) source.isHeard();
    return [this.source, ...(its ? [its.source] : [])].every(({ isUncounted }) => isUncounted);
  }

  /** For all whom the stream is carried to, in one go, and one after the other. */
  async #renew(all: readonly IncomingStream[]): Promise<void> {
    const before = all.map((each) => each.#renewing);
    const renewing = Promise.all(before).then(() => renew(this, all, this.#place));
    for (const each of all) each.#renewing = renewing;
    await renewing;
  }
}

/** Until the next look at a stream that has come. */
function intervalSince(looks: number): number {
  return looks <= firstLooks ? firstInterval : lookInterval;
}

/** At one that has not. */
function intervalBefore(looks: number): number {
  return looks <= comingLooks ? comingInterval : firstInterval;
}

/** Never rejects: whoever hears nothing then is told of. */
async function renew(
  stream: IncomingStream,
  all: readonly IncomingStream[],
  place: Place | undefined,
): Promise<void> {
  const { call } = stream;
  call.log.info({}, 'stream_began_anew');
  using remedy = place ? undefined : await stream.remedy();
  const way = place ?? remedy;
  const { promise: isFresh, resolve: fresh } = Promise.withResolvers<void>();
  const streams = all.map((each) => ({
    each,
    listening: each.listeners.map((listener) => letGo(each, listener, isFresh)),
  }));
  const meanwhile = async (): Promise<void> => {
    await Promise.all(
      streams.map(async ({ each, listening }) => {
        const snoops = await within(Promise.all(listening.map((listener) => listener.snoops)), patience);
        try {
          const { muting } = each.call;
          if (snoops && (await muting.sentMeanwhile(() => untilGone(each.call, snoops.flat())))) return;
          throw new Error('a snoop stays in Asterisk');
        } catch (error) {
          for (const { what } of listening) each.tell(what, error);
        }
      }),
    );
  };
  try {
    await (way ? way.renew(call, meanwhile, call.hangupSignal) : meanwhile());
  } catch (error) {
    stream.tell('bridge', error);
  }
  fresh();
  await Promise.all(streams.flatMap(({ listening }) => listening.map(({ done }) => done)));
}

/** Lets one listener go until `isFresh`; `snoops` are those that it had. */
function letGo(stream: IncomingStream, { what, renew: again }: Listener, isFresh: Promise<void>) {
  const { promise: snoops, resolve: gone } = Promise.withResolvers<readonly string[]>();
  const meanwhile = (those: readonly string[]): Promise<void> => {
    gone(those);
    return isFresh;
  };
  const done = again(meanwhile)
    .catch((error: unknown) => stream.tell(what, error))
    .finally(() => gone([]));
  return { what, snoops, done };
}

/**
 * With its last snoop a call loses the translator for them. Asterisk lets a snoop go with the next packet that the call gets or is
 * sent: where those it gets are dropped, and it is sent none, never. Resolves to whether all are gone.
 */
async function untilGone(call: Heard, snoops: readonly string[]): Promise<boolean> {
  if (snoops.length === 0) return true;
  const scope = call.scope.child();
  try {
    await call.silence.keep(scope);
    const asked = now();
    while (now() - asked < goneTime) {
      const are = await Promise.all(snoops.map((snoop) => isGone(call.ari, snoop, scope.signal)));
      if (!are.includes(false)) {
        await sleep(settleTime, scope.signal);
        return true;
      }
      await sleep(askInterval, scope.signal);
    }
    return false;
  } finally {
    await scope.close();
  }
}
