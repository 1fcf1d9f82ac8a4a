import type { CallCommands } from '../api/commands/call-commands.ts';
import { roomIn } from '../api/disk.ts';
import { endedVariables } from '../api/ended-variables.ts';
import { adviceWith } from '../api/flow-advice.ts';
import type { Metrics } from '../api/metrics.ts';
import type { Parts } from '../api/parts.ts';
import { readinessOf } from '../api/readiness.ts';
import { startActiveflow } from '../api/start-activeflow.ts';
import { StoredTokens } from '../api/stored-tokens.ts';
import type { Config } from '../config/config.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import type { Secrets } from '../config/secrets.ts';
import type { Log } from '../core/log.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { AddressPolicy } from '../http/address-policy.ts';
import { urlProblem } from '../http/url-problem.ts';
import type { Recorder } from '../news/recorder.ts';
import type { RecordingLinks } from '../recordings/recording-links.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { Store } from '../storage/store.ts';
import { version } from '../version.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import type { CallParts } from './calls.ts';
import type { ConferenceParts } from './conferences.ts';
import type { RequestParts } from './flow-requests.ts';
import type { QueueParts } from './queues.ts';
import type { Sounds } from './sounds.ts';

/** The parts of the daemon that the API shows to the outside. */
export interface ApiParts {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly policy: AddressPolicy;
  readonly metrics: Metrics;
  readonly delivery: Delivery;
  readonly requestParts: RequestParts;
  readonly recordings: Recordings;
  readonly links: RecordingLinks;
  readonly activeflows: Activeflows;
  readonly catalogue: ActionCatalogue;
  readonly callParts: CallParts;
  readonly callCommands: CallCommands;
  readonly conferenceParts: ConferenceParts;
  readonly queueParts: QueueParts;
  readonly voices: Sounds['voices'];
  readonly validateFlow: Parts['validateFlow'];
}

/** What the API needs of them. */
export function apiParts(parts: ApiParts): Parts {
  const { config, log, store, recorder, policy, metrics, delivery } = parts;
  const { requestParts, activeflows, catalogue } = parts;
  const { connection, calls } = parts.callParts;
  const checkUrl = urlProblem(policy);
  return {
    customerId: config.customer_id,
    version,
    store,
    recorder,
    tokens: new StoredTokens({
      store: store.tokens,
      configured: config.api.token ?? parts.secrets.api_token,
      log,
    }),
    liveCalls: parts.callCommands,
    liveActiveflows: {
      get: (id) => activeflows.get(id)?.view,
      stop: (id) => activeflows.stop(id),
      variables: async (id) =>
        activeflows.get(id)?.variables.entries() ?? (await endedVariables(id, { store, recorder })),
    },
    log,
    agents: requestParts.agents,
    recordings: parts.recordings,
    links: parts.links,
    ...parts.conferenceParts,
    ...parts.queueParts,
    actions: catalogue,
    validateFlow: parts.validateFlow,
    adviseFlow: (actions) => adviceWith(actions, parts),
    startActiveflow: (flow, initial) =>
      startActiveflow(flow, initial, { activeflows, catalogue, most: config.activeflows.concurrent }),
    makeCalls: (wanted) => parts.callParts.makeCalls(wanted),
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
    gauges: () => ({
      liveCalls: calls.size,
      liveActiveflows: activeflows.size,
      isConnected: connection.isConnected,
      waitingInQueues: parts.queueParts.queues.waiting,
      waitingChanges: recorder.waiting,
      pendingDeliveries: () => store.outbox.countPending(),
      storeSize: () => store.size(),
      disks: {
        data: () => roomIn(config.data_dir),
        media: () => roomIn(mediaDirectory(config)),
      },
    }),
    readiness: () => readinessOf(connection, store),
  };
}
