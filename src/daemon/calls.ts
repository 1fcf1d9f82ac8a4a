import { AriConnection } from '../ari/connection.ts';
import type { Call } from '../calls/call.ts';
import type { CallRecord } from '../calls/call-record.ts';
import { CallRegistry } from '../calls/call-registry.ts';
import type { Engagements } from '../calls/engagements.ts';
import type { Config } from '../config/config.ts';
import { reachable } from '../config/reachable.ts';
import type { Secrets } from '../config/secrets.ts';
import { zeroId } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import { stalledMedia } from '../flows/stalled-media.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { LaterCalls } from '../outgoing/later-calls.ts';
import { LegLimits, legsOn } from '../outgoing/leg-limits.ts';
import { makeCalls, type OrderedCalls } from '../outgoing/ordered-calls.ts';
import { startOutboundFlow } from '../outgoing/outbound-flows.ts';
import { OutboundLimits } from '../outgoing/outbound-limits.ts';
import { OutboundRules } from '../outgoing/outbound-rules.ts';
import { OutgoingCalls } from '../outgoing/outgoing-calls.ts';
import { refusedCall } from '../outgoing/refused-call.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Ports } from '../ports/ports.ts';
import type { Queues } from '../queues/queues.ts';
import type { Store } from '../storage/store.ts';
import { Transfers } from '../transfers/transfers.ts';

export interface CallsPartOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly scope: Scope;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  /** Told of every call. */
  readonly engagements: Engagements;
  /** Runs flows on outgoing calls; asked for when there is one. */
  readonly activeflows: () => Pick<Activeflows, 'startOnCall' | 'takeOver' | 'inherit'>;
  readonly queues: Pick<Queues, 'ofCall' | 'pass'>;
  /** What runs for whoever dials a number. */
  readonly flowOf: (number: string) => Promise<FlowToRun | undefined>;
  /** Takes a call that has come in, once `start` was called. */
  readonly onIncoming: (call: Call) => Promise<void>;
}

export interface CallParts {
  readonly connection: AriConnection;
  readonly calls: CallRegistry;
  readonly outgoing: OutgoingCalls;
  readonly transfers: Transfers;
  /** Calls ordered over REST: all or none. @throws ActionError, which is told by an event as well */
  makeCalls(wanted: OrderedCalls): Promise<readonly CallRecord[]>;
  /** What actions use of them. */
  readonly ports: Pick<Ports, 'outgoing' | 'outbound' | 'calls'>;
  /** Connects to Asterisk; resolves at once, calls come when they come. */
  start(): void;
}

/** How long a stop waits for calls to end. */
const stopDeadline = 5_000;

/** More than a phone shows its user. */
const callsAtPhone = 4;

/** Asterisk, the calls on it, and the way out. */
export function makeCallParts(options: CallsPartOptions): CallParts {
  const { config, secrets, log, scope, store, news, queues, onIncoming } = options;
  const connection = new AriConnection({
    url: config.ari.url,
    user: config.ari.user,
    password: config.ari.password ?? secrets.ari_password,
    app: config.ari.app,
    transport: config.ari.transport,
    log,
    onRestored: (signal) => calls.reconcile(signal),
  });
  const connectionScope = scope.stage(stopDeadline); // whatever lives is hung up before
  const calls: CallRegistry = new CallRegistry({
    ari: connection.ari,
    scope: connectionScope,
    log,
    maxDuration: config.call_max_duration,
    onCall: (call) => options.engagements.begin(call),
    onIncoming: (call) => connectionScope.spawn('call', () => onIncoming(call)),
    onChange: news.call,
    onStalled: (callId, what) => news.flow(stalledMedia(callId, what)),
    onTransfer: (call, event) => transfers.refer(call, event),
    onReturn: (call, number) => transfers.cameBack(call, number),
  });
  const transfers = new Transfers({
    ari: connection.ari,
    callOn: (channelId) => calls.onChannel(channelId),
    activeflows: {
      takeOver: (...call) => options.activeflows().takeOver(...call),
      inherit: (...calls) => options.activeflows().inherit(...calls),
    },
    places: {
      waits: (callId) => queues.ofCall(callId) !== undefined,
      pass: (...calls) => queues.pass(...calls),
    },
    flowOf: options.flowOf,
    scope: connectionScope,
    log,
  });
  const outgoing = makeOutgoing(options, calls, connection, connectionScope);
  const later = new LaterCalls({
    store: store.laterCalls,
    outgoing,
    flows: store.flows,
    isReady: () => connection.isReady,
    onRefused: (call, error) => news.flow(refusedCall(call.id, error)),
    log,
    scope: connectionScope,
  });
  return {
    connection,
    calls,
    outgoing,
    transfers,
    makeCalls: async (wanted) => {
      try {
        return await makeCalls(outgoing, wanted);
      } catch (error) {
        if (error instanceof ActionError) news.flow(refusedCall(zeroId, error));
        throw error;
      }
    },
    ports: {
      outgoing: {
        partiesOf: (destination) => outgoing.partiesOf(destination),
        check: (destination) => outgoing.check(destination),
        ring: (request) => outgoing.ring(request),
        start: (request) => outgoing.start(request),
        later: (calls) => later.later(calls),
      },
      outbound: { start: (request) => startOutboundFlow(request, { outgoing: later, flows: store.flows }) },
      calls: { endOf: (id) => calls.endOf(id, store.calls) },
    },
    start: () => {
      connection.start(connectionScope);
      later.start();
      connectionScope.spawn('keep-in-step', (signal) => calls.keepInStep(signal));
      scope.defer(() => within(calls.close('failed'), stopDeadline));
    },
  };
}

function makeOutgoing(
  { config, store, recorder, activeflows }: CallsPartOptions,
  calls: CallRegistry,
  connection: AriConnection,
  scope: Scope,
): OutgoingCalls {
  const { allow, cps, concurrent } = config.outbound;
  return new OutgoingCalls({
    calls,
    activeflows: { startOnCall: (...call) => activeflows().startOnCall(...call) },
    rules: new OutboundRules(allow),
    limits: new OutboundLimits({ perSecond: cps, concurrent }),
    legs: new LegLimits({ perPhone: callsAtPhone, total: legsOn(config.rtp_ports) }),
    plan: { hasTrunk: config.trunk.uri !== undefined },
    domain: config.sip.external_address ?? reachable(config.sip.host),
    agents: store.agents,
    scope,
    isConnected: () => connection.isConnected,
    written: (callId, signal) => recorder.flushCall(callId, signal),
  });
}
