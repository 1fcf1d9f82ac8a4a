import type { Routes } from './api.ts';
import { activeflowRoutes } from './routes/activeflows.ts';
import { agentRoutes } from './routes/agents.ts';
import { callRoutes } from './routes/calls.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { flowRoutes } from './routes/flows.ts';
import { numberRoutes } from './routes/numbers.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { webhookTestRoutes } from './routes/webhook-test.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** Every resource under `/v1.0`. */
export const resources: readonly Routes[] = [
  flowRoutes,
  numberRoutes,
  callRoutes,
  activeflowRoutes,
  webhookRoutes,
  webhookTestRoutes,
  deliveryRoutes,
  tokenRoutes,
  agentRoutes,
];
