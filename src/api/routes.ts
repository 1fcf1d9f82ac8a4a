import type { Routes } from './api.ts';
import { activeflowRoutes } from './routes/activeflows.ts';
import { agentRoutes } from './routes/agents.ts';
import { callCommandRoutes } from './routes/call-commands.ts';
import { callRoutes } from './routes/calls.ts';
import { chatbotRoutes } from './routes/chatbots.ts';
import { confbridgeRoutes } from './routes/confbridges.ts';
import { conferencecallRoutes } from './routes/conferencecalls.ts';
import { conferenceRoutes } from './routes/conferences.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { drainRoutes } from './routes/drain.ts';
import { flowRoutes } from './routes/flows.ts';
import { messageRoutes } from './routes/messages.ts';
import { numberRoutes } from './routes/numbers.ts';
import { queuecallRoutes } from './routes/queuecalls.ts';
import { queueRoutes } from './routes/queues.ts';
import { recordingRoutes } from './routes/recordings.ts';
import { speechRoutes } from './routes/speech.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { transcribeRoutes } from './routes/transcribes.ts';
import { transcriptRoutes } from './routes/transcripts.ts';
import { webhookTestRoutes } from './routes/webhook-test.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** Every resource under `/v1.0`. */
export const resources: readonly Routes[] = [
  flowRoutes,
  numberRoutes,
  callRoutes,
  callCommandRoutes,
  activeflowRoutes,
  webhookRoutes,
  webhookTestRoutes,
  deliveryRoutes,
  tokenRoutes,
  recordingRoutes,
  transcribeRoutes,
  transcriptRoutes,
  agentRoutes,
  conferenceRoutes,
  conferencecallRoutes,
  confbridgeRoutes,
  queueRoutes,
  queuecallRoutes,
  chatbotRoutes,
  speechRoutes,
  messageRoutes,
  conversationRoutes,
  drainRoutes,
];
