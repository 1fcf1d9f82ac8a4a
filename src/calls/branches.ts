import type { AriEvent, ChannelDestroyed, ChannelHangupRequest } from '../ari/events.gen.ts';
import { ignoreGone } from '../ari/transport.ts';
import { Deadline } from '../core/deadline.ts';
import { messageOf } from '../core/errors.ts';
import { after, onAbort } from '../core/wait.ts';
import type { Call } from './call.ts';
import { showTrunk } from './trunk-endpoint.ts';
import type { Way } from './way.ts';
import type { Refused, Ways } from './ways.ts';
import type { Channels } from './whereabouts.ts';

export interface BranchesOptions {
  readonly call: Call;
  /** Makes a channel and dials it. */
  readonly ring: (channelId: string, way: Way, signal: AbortSignal) => Promise<void>;
  /** Those that there are from the beginning; of a new call its own, made and not dialled yet. */
  readonly ringing: readonly NewBranch[];
  /** Where a redirection leads, as Asterisk tells it; nothing where it is not to be followed, or would be the last but so many. */
  readonly follow: (forward: string, redirectsLeft: number) => Way | undefined;
  /** Where the call goes on when nobody has taken it. */
  readonly ways?: Ways | undefined;
}

interface NewBranch {
  readonly channelId: string;
  /** How often a redirection may still be followed. */
  readonly redirectsLeft: number;
  readonly giveBack: () => void;
}

interface Branch extends NewBranch {
  isMade: boolean;
  hasRung: boolean;
  /** Whether it may take its time: the call has gone on to it. */
  isAwaited: boolean;
  /** Where its phone wants to be called instead. */
  forward: string;
  refusal?: ChannelHangupRequest;
}

/** How the last one ended. */
interface Last {
  readonly refusal: ChannelHangupRequest | undefined;
  readonly end: ChannelDestroyed;
  readonly hasRung: boolean;
}

/** How long those who have not even rung are waited for once everybody else has refused: one may have gone without a word. */
const silencePatience = 4_000;

/** Q.850 "answered elsewhere": the phone shows no missed call; "no answer": it does. */
const answeredElsewhere = 26;
const noAnswer = 19;

/**
 * The channels that ring for one call: each phone of a number, and where those are redirected to. The first to answer is the
 * call's from then on; the call is refused when all are.
 */
export class Branches {
  readonly #options: BranchesOptions;
  readonly #living = new Map<string, Branch>();
  #last: Last | undefined;
  #isSettled = false;
  #isGoing = false;
  #silence: Disposable | undefined;
  #patience: Disposable | undefined;

  constructor(options: BranchesOptions) {
    this.#options = options;
    const { call, ringing } = options;
    for (const branch of ringing) this.#add(branch, true);
    onAbort(call.hangupSignal, () => this.#endOthers(call.hangupCause));
    // Found up after a gap in the events.
    void call.whenUp.then(() => this.#settle(call.channelId));
    this.#watchPatience();
    call.scope.defer(() => {
      this.#silence?.[Symbol.dispose]();
      this.#patience?.[Symbol.dispose]();
      this.#isSettled = true;
      const left = [...this.#living.values()];
      for (const { giveBack } of left) giveBack();
      return Promise.all(left.map(({ channelId }) => this.#hangup(channelId, call.hangupCause)));
    });
  }

  /** Rings there too; that it fails is a refusal. */
  open(way: Way, redirectsLeft: number): Branch {
    const { call, ring } = this.#options;
    const channelId = call.resourceId('leg');
    const branch = this.#add({ channelId, redirectsLeft, giveBack: way.giveBack });
    showTrunk(call, way);
    call.scope.spawn('branch', async (signal) => {
      try {
        await ring(channelId, way, AbortSignal.any([signal, call.hangupSignal]));
      } catch (error) {
        if (signal.aborted || call.hangupSignal.aborted) return;
        call.log.warn({ error: messageOf(error) }, 'branch_failed');
        await this.#hangup(channelId, answeredElsewhere);
        this.#over(branch);
      }
    });
    return branch;
  }

  /** A daemon that died has rung them: what has become of them meanwhile. */
  compare(found: Channels): void {
    for (const branch of this.#living.values()) {
      const { state } = found.get(branch.channelId) ?? {};
      branch.hasRung ||= state === 'Ringing';
      if (state === 'Up') this.#settle(branch.channelId);
    }
    const { call } = this.#options;
    for (const branch of [...this.#living.values()]) {
      const isWinner = this.#isSettled && branch.channelId === call.channelId;
      if (!isWinner && !found.has(branch.channelId)) this.#over(branch);
    }
  }

  #add(made: NewBranch, isMade = false): Branch {
    const { call } = this.#options;
    const branch: Branch = { ...made, isMade, hasRung: false, isAwaited: false, forward: '' };
    this.#living.set(branch.channelId, branch);
    call.whereabouts.dialled?.add(branch.channelId, branch.redirectsLeft);
    const ownership = call.ari.own(`channel:${branch.channelId}`, {
      deliver: (event) => this.#deliver(branch, event),
    });
    call.scope.defer(() => ownership[Symbol.dispose]());
    return branch;
  }

  #deliver(branch: Branch, event: AriEvent): void {
    const { call } = this.#options;
    branch.isMade = true;
    if (branch.channelId === call.channelId && this.#isSettled) return call.deliver(event);
    switch (event.type) {
      case 'ChannelDestroyed':
        return this.#over(branch, event);
      case 'ChannelHangupRequest':
        if (!event.soft) branch.refusal = event;
        return;
      case 'StasisEnd':
        return;
      case 'Dial':
        branch.forward ||= event.forward ?? '';
        branch.hasRung ||= event.dialstatus === 'RINGING' || event.dialstatus === 'PROGRESS';
        break;
      case 'ChannelStateChange':
        if (event.channel.state === 'Up') this.#settle(branch.channelId);
        branch.hasRung ||= event.channel.state === 'Ringing';
        break;
      default:
        break;
    }
    if (!this.#isSettled || branch.channelId === call.channelId) call.deliver(event);
  }

  /** Somebody has answered: the channel is the call's, and nobody else rings on. */
  #settle(channelId: string): void {
    const winner = this.#living.get(channelId);
    if (this.#isSettled || !winner) return;
    this.#isSettled = true;
    this.#patience?.[Symbol.dispose]();
    this.#options.call.whereabouts.moveTo(channelId, true);
    this.#endOthers(answeredElsewhere);
  }

  #over(branch: Branch, end?: ChannelDestroyed): void {
    if (!this.#living.delete(branch.channelId)) return;
    branch.giveBack();
    this.#options.call.whereabouts.dialled?.over(branch.channelId);
    if (this.#isSettled) return;
    const { call } = this.#options;
    if (end) this.#last = { refusal: branch.refusal, end, hasRung: branch.hasRung };
    if (call.hangupSignal.aborted) return void (branch.channelId === call.channelId && this.#refused());
    const isFollowed = this.#redirected(branch);
    const [next] = this.#living.values();
    if (next && branch.channelId === call.channelId) {
      call.whereabouts.moveTo(next.channelId, next.isMade);
    }
    if (isFollowed) return;
    // Whoever declines for everybody (RFC 3261, 6xx) does so for the other phones as well.
    if (next === undefined || (branch.refusal?.tech_cause ?? 0) >= 600) return this.#refused();
    this.#silence ??= after(silencePatience, () => this.#giveUpSilent());
  }

  #redirected({ forward, redirectsLeft, refusal }: Branch): boolean {
    const status = refusal?.tech_cause ?? 0;
    if (redirectsLeft === 0 || forward === '' || status < 300 || status > 399) return false;
    const way = this.#options.follow(forward, redirectsLeft - 1);
    if (!way) return false;
    this.open(way, redirectsLeft - 1);
    return true;
  }

  #giveUpSilent(): void {
    this.#silence = undefined;
    if (this.#isSettled || this.#options.call.hangupSignal.aborted) return;
    if ([...this.#living.values()].some(({ hasRung, isAwaited }) => hasRung || isAwaited)) return;
    this.#refused();
  }

  /** Nobody has taken it: it goes on elsewhere, or is refused. */
  #refused(): void {
    const { call, ways } = this.#options;
    if (!ways?.mayGoOn || call.hangupSignal.aborted) return this.#refuse();
    const { refusal, hasRung = false } = this.#last ?? {};
    this.#goOn({ sipCode: refusal?.tech_cause ?? 0, hasRung }, () => this.#refuse());
  }

  /** Where it goes on those who ring now ring no longer; else they ring on. */
  #unanswered(): void {
    this.#goOn(undefined, () => undefined);
  }

  #goOn(refused: Refused | undefined, otherwise: () => void): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    const { call, ways } = this.#options;
    this.#patience?.[Symbol.dispose]();
    call.scope.spawn('go-on', async (signal) => {
      const until = AbortSignal.any([signal, call.hangupSignal]);
      const way = await ways?.next(call, refused, until).catch((error: unknown) => {
        if (!until.aborted) call.log.warn({ error: messageOf(error) }, 'forward_failed');
        return undefined;
      });
      this.#isGoing = false;
      if (this.#isSettled || until.aborted) return way?.giveBack();
      if (!way) return otherwise();
      const rings = [...this.#living.keys()];
      const branch = this.open(way, way.redirects ?? 0);
      branch.isAwaited = true;
      call.whereabouts.moveTo(branch.channelId, false);
      this.#end(rings, noAnswer);
      this.#watchPatience();
    });
  }

  #watchPatience(): void {
    const patience = this.#options.ways?.patience;
    if (patience !== undefined) this.#patience = after(patience, () => this.#unanswered());
  }

  /** The call ends as the last of them has. */
  #refuse(): void {
    const { call } = this.#options;
    this.#isSettled = true;
    const { refusal, end } = this.#last ?? {};
    if (refusal) call.deliver(refusal);
    if (end) call.deliver(end);
    else call.ended({});
  }

  #endOthers(cause: number): void {
    const { channelId } = this.#options.call;
    this.#end(
      [...this.#living.keys()].filter((id) => id !== channelId),
      cause,
    );
  }

  #end(channelIds: readonly string[], cause: number): void {
    for (const id of channelIds) this.#options.call.scope.spawn('hangup', () => this.#hangup(id, cause));
  }

  /** A request that is lost is made again at the end of the call. */
  async #hangup(channelId: string, cause: number): Promise<void> {
    const { ari, log } = this.#options.call;
    using deadline = new Deadline(silencePatience);
    await ignoreGone(ari.hangup(channelId, cause, deadline.signal)).catch((error: unknown) =>
      log.debug({ error: messageOf(error) }, 'branch_not_ended'),
    );
  }
}
