import type { Metrics } from '../api/metrics.ts';
import { AriConnection } from '../ari/connection.ts';
import { longestCall } from '../asterisk/config-values.ts';
import type { Admission } from '../calls/admission.ts';
import type { Call } from '../calls/call.ts';
import { CallRegistry } from '../calls/call-registry.ts';
import type { Engagements } from '../calls/engagements.ts';
import { giveTime } from '../calls/give-time.ts';
import { reachable } from '../config/reachable.ts';
import { zeroId } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import { stalledMedia } from '../flows/stalled-media.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { LaterCalls } from '../outgoing/later-calls.ts';
import { LegLimits, legsOn } from '../outgoing/leg-limits.ts';
import { type MadeCalls, makeCalls, type OrderedCalls } from '../outgoing/ordered-calls.ts';
import { startOutboundFlow } from '../outgoing/outbound-flows.ts';
import { OutboundLimits } from '../outgoing/outbound-limits.ts';
import { OutboundRules } from '../outgoing/outbound-rules.ts';
import { OutgoingCalls } from '../outgoing/outgoing-calls.ts';
import { refusedCall } from '../outgoing/refused-call.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Ports } from '../ports/ports.ts';
import type { Queues } from '../queues/queues.ts';
import type { Lease } from '../sharing/lease.ts';
import type { Turn } from '../sharing/turn.ts';
import type { Store } from '../storage/store.ts';
import { Transfers } from '../transfers/transfers.ts';
import type { ExtensionParts } from './extensions.ts';
import { type Foundation, stopDeadline } from './foundation.ts';
import type { MessageParts } from './messages.ts';
import type { TrunkParts } from './trunks.ts';

export interface CallsNeeds extends Foundation {
  readonly connection: AriConnection;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly admission: Admission;
  /** Told of every call. */
  readonly engagements: Engagements;
  readonly queues: Queues;
  readonly phones: ExtensionParts;
  readonly trunks: TrunkParts;
  readonly texts: Pick<MessageParts, 'sip'>;
  /** What runs for whoever dials a number. */
  readonly flowOf: (number: string) => Promise<FlowToRun | undefined>;
}

export interface CallParts {
  readonly calls: CallRegistry;
  /** What they live in, with all that waits for their ends: it is closed when they have been hung up. */
  readonly scope: Scope;
  readonly outgoing: OutgoingCalls;
  readonly transfers: Transfers;
  /** Calls ordered over REST: all or none. @throws ActionError, which is told by an event as well */
  makeCalls(wanted: OrderedCalls): Promise<MadeCalls>;
  /** What actions use of them. */
  readonly ports: Pick<Ports, 'outgoing' | 'outbound' | 'calls'>;
  /** Connects to Asterisk; resolves at once, calls come when they come. */
  start(): void;
}

export interface ConnectionNeeds extends Foundation {
  /** Those that share the database with others. */
  readonly lease: Lease | undefined;
  readonly turn: Turn | undefined;
  readonly metrics: Metrics;
}

/** More than a phone shows its user. */
const callsAtPhone = 4;

/** To Asterisk; opened when calls may come. */
export function makeConnection(needs: ConnectionNeeds): AriConnection {
  const { config, secrets, log, late, lease, turn, metrics } = needs;
  const { url, user, password = secrets.ari_password, app, transport, listen } = config.ari;
  return new AriConnection({
    ...{ url, user, password, app, transport, listen, log },
    onRestored: async (signal) => {
      // First: whoever goes on ringing a phone finds it there.
      await late.value.phones.connected(signal);
      await late.value.trunks.connected(signal);
      await late.value.music.connected(signal);
      await late.value.calls.reconcile(signal);
      for (const recovery of late.value.recoveries) recovery.compared();
      late.value.lamps.connected();
    },
    obstacle: turn && ((signal) => turn.obstacle(signal)),
    mayAct: lease && (() => lease.mayAct()),
    onGone: () => late.value.calls.giveUp(),
    onTakenOver: async (signal) => {
      // One that shares our database goes on with them; with the store away he may be the one.
      if (!lease || (await lease.confirm())) await late.value.calls.surrender(signal);
    },
    onTaken: metrics.ari.taken,
  });
}

/** Who waits in the dialplan for a daemon that is away has not the time that a call may take, but that of those who wait. */
async function takeIn(
  call: Call,
  phone: string | undefined,
  { config, late, phones }: CallsNeeds,
): Promise<void> {
  if (phone !== undefined && agreesLate(phone, phones)) call.incoming.source.comesLate();
  if (config.ari.transport === 'inbound') await giveTime(call, longestCall(config));
  return late.value.receive(call, phone);
}

/** Whether a phone of ours agrees on the keys of its audio behind the answer. */
function agreesLate(phone: string, { phones, pages }: CallsNeeds['phones']): boolean {
  return pages.has(phone) || phones.of(phone)?.encryption === 'dtls';
}

/** The calls, and the way out. */
export function makeCallParts(needs: CallsNeeds): CallParts {
  const { config, log, scope, late, connection, news, admission, engagements } = needs;
  const ownScope = scope.stage(stopDeadline); // whatever lives is hung up before
  const calls: CallRegistry = new CallRegistry({
    ari: connection.ari,
    scope: ownScope,
    log,
    maxDuration: config.call_max_duration,
    admission,
    onCall: (call) => {
      engagements.begin(call);
      const { direction, trunk_id, destination } = call.record;
      if (direction === 'incoming') call.scope.defer(needs.trunks.trunking.keep(trunk_id));
      else if (destination.type === 'extension' && agreesLate(destination.target, needs.phones))
        call.incoming.source.comesLate();
    },
    onIncoming: (call, phone) => ownScope.spawn('call', () => takeIn(call, phone, needs)),
    onChange: (type, record, state) => news.changed({ kind: 'calls', record, state }, type),
    written: (callId, signal) => needs.recorder.flushOne('calls', callId, signal),
    onPage: (record) => news.changed({ kind: 'traces', record }),
    onStalled: (callId, what) => news.flow(stalledMedia(callId, what)),
    onTransfer: (call, event) => transfers.refer(call, event),
    onReturn: (call, number) => transfers.cameBack(call, number),
    onMessage: (words) => needs.texts.sip.receive(words),
    wasHere: async (channel) =>
      late.value.recoveries.some(({ isUpgrade }) => isUpgrade) ||
      (await needs.store.calls.hadChannel(channel)),
  });
  const transfers = makeTransfers(needs, calls, ownScope);
  const outgoing = makeOutgoing(needs, calls, ownScope);
  const later = makeLater(needs, outgoing, ownScope);
  return {
    calls,
    scope: ownScope,
    outgoing,
    transfers,
    makeCalls: (wanted) =>
      makeCalls(wanted, {
        outgoing,
        later: (requests) => later.later(requests),
        onRefused: (error) => news.flow(refusedCall(zeroId, error)),
      }),
    ports: portsOf(needs, { calls, outgoing }, later),
    start: () => {
      connection.start(ownScope);
      later.start();
      ownScope.spawn('keep-in-step', (signal) => calls.keepInStep(signal));
      scope.defer(() => within(calls.close('failed'), stopDeadline));
    },
  };
}

function makeTransfers(
  { late, connection, queues, flowOf, log }: CallsNeeds,
  calls: CallRegistry,
  scope: Scope,
): Transfers {
  return new Transfers({
    ari: connection.ari,
    callOn: (channelId) => calls.onChannel(channelId),
    activeflows: {
      takeOver: (...call) => late.value.activeflows.takeOver(...call),
      inherit: (...calls) => late.value.activeflows.inherit(...calls),
    },
    places: {
      waits: (callId) => queues.ofCall(callId) !== undefined,
      pass: (...calls) => queues.pass(...calls),
    },
    ...{ flowOf, scope, log },
  });
}

function makeLater(
  { store, connection, admission, news, log }: CallsNeeds,
  outgoing: OutgoingCalls,
  scope: Scope,
): LaterCalls {
  return new LaterCalls({
    ...{ outgoing, log, scope },
    store: store.laterCalls,
    flows: store.flows,
    isReady: () => connection.isReady && !admission.closedFor,
    onRefused: (call, error) => news.flow(refusedCall(call.id, error)),
  });
}

function portsOf(
  { store }: CallsNeeds,
  { calls, outgoing }: Pick<CallParts, 'calls' | 'outgoing'>,
  later: LaterCalls,
): CallParts['ports'] {
  return {
    outgoing: {
      partiesOf: (destination) => outgoing.partiesOf(destination),
      uriOf: (...where) => outgoing.uriOf(...where),
      check: (destination) => outgoing.check(destination),
      ring: (request) => outgoing.ring(request),
      start: (request) => outgoing.start(request),
      later: (calls) => later.later(calls),
    },
    outbound: { start: (request) => startOutboundFlow(request, { outgoing: later, flows: store.flows }) },
    calls: { endOf: (id) => calls.endOf(id, store.calls) },
  };
}

function makeOutgoing(
  { config, late, connection, store, phones, trunks, admission }: CallsNeeds,
  calls: CallRegistry,
  scope: Scope,
): OutgoingCalls {
  const { allow, cps, concurrent } = config.outbound;
  return new OutgoingCalls({
    calls,
    activeflows: { startOnCall: (...call) => late.value.activeflows.startOnCall(...call) },
    rules: new OutboundRules(allow),
    admission,
    limits: new OutboundLimits({ perSecond: cps, concurrent }),
    legs: new LegLimits({ perPhone: callsAtPhone, total: legsOn(config.rtp_ports) }),
    trunking: trunks.trunking,
    domain: config.sip.external_address ?? reachable(config.sip.host),
    port: config.sip.port,
    agents: store.agents,
    phones: phones.phones,
    scope,
    isConnected: () => connection.isConnected,
  });
}
