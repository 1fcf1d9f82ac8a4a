import type { AriConnection } from '../ari/connection.ts';
import type { Admission } from '../calls/admission.ts';
import { now } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { messageOf } from '../core/errors.ts';
import { sleep, within } from '../core/wait.ts';
import type { LaterRequests } from '../flow-requests/later-requests.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { Recorder } from '../news/recorder.ts';
import type { Lease } from '../sharing/lease.ts';
import type { Store } from '../storage/store.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import type { RunningApi } from './api.ts';
import type { CallParts } from './calls.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

/** What becomes of the calls that still live: hung up, or left to the next start. */
export type Stop = 'hangup' | 'leave';

export interface StopOrder {
  readonly how: Stop;
  /** How long they may go on before, in milliseconds. */
  readonly drain: number;
  /** Aborted when that is to end at once. */
  readonly hurry: AbortSignal;
}

export interface Stopped extends Foundation {
  readonly admission: Admission;
  readonly calls: CallParts;
  readonly activeflows: Activeflows;
  readonly api: RunningApi;
  readonly delivery: Delivery;
  readonly later: LaterRequests;
  readonly connection: AriConnection;
  readonly recorder: Recorder;
  readonly store: Store;
  readonly lease: Lease | undefined;
}

/** How often it is looked whether anything lives. */
const lookEvery = 100;

/** How long a daemon that leaves its calls waits for what is under way to others. */
const leavePatience = 2_000;

/** No new calls; those there are end by themselves within the time they have, and then as ordered. */
export async function stopDaemon(daemon: Stopped, { how, drain, hurry }: StopOrder): Promise<void> {
  const { admission, calls, activeflows, log, scope } = daemon;
  admission.stop();
  const lives = { calls: calls.calls.size, activeflows: activeflows.size };
  if (drain > 0) log.info({ ...lives, drain }, 'draining');
  const end = now() + drain;
  while (calls.calls.size + activeflows.size > 0 && now() < end && !hurry.aborted)
    await sleep(lookEvery, hurry).catch(() => undefined);
  if (how === 'leave') await leave(daemon);
  else await scope.close();
}

/**
 * Brings to an end what is under way to others, then falls silent in one turn: from there on what lives here is heard by nobody, as if
 * the process were killed, and what happened before is written. Nothing is closed that would end what is in Asterisk; the process
 * is to end now.
 */
async function leave(daemon: Stopped): Promise<void> {
  const { api, delivery, later, connection, recorder, store, lease, calls, activeflows, log } = daemon;
  // What fails, or takes too long, must not keep the process: what lives in it is heard by nobody.
  const atMost = (bound: number, end: () => Promise<unknown> | undefined): Promise<unknown> =>
    within(Promise.resolve().then(end), bound).catch((error: unknown) =>
      log.error({ error: messageOf(error), where: 'leaving' }, 'unexpected_error'),
    );
  await atMost(leavePatience, () => api.close());
  using patience = new Deadline(leavePatience);
  const { deliverer } = delivery;
  await Promise.all([
    atMost(2 * leavePatience, () => deliverer.close(patience.signal)),
    atMost(2 * leavePatience, () => later.close(leavePatience)),
  ]);
  connection.fallSilent();
  recorder.seal();
  log.info({ calls: calls.calls.size, activeflows: activeflows.size }, 'left');
  using deadline = new Deadline(stopDeadline);
  await atMost(stopDeadline + leavePatience, () => recorder.close(deadline.signal));
  await atMost(stopDeadline, () => lease?.leave());
  await atMost(leavePatience, () => store.close());
}
