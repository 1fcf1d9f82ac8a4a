import type { Routes } from './api.ts';
import { phoneRoutes } from './console/phone-routes.ts';
import { sessionRoutes } from './console/session-routes.ts';
import { activeflowRoutes } from './routes/activeflows.ts';
import { agentRoutes } from './routes/agents.ts';
import { callCommandRoutes } from './routes/call-commands.ts';
import { callReplayRoutes } from './routes/call-replay.ts';
import { callRoutes } from './routes/calls.ts';
import { callsExportRoutes } from './routes/calls-export.ts';
import { chatbotRoutes } from './routes/chatbots.ts';
import { checkRoutes } from './routes/checks.ts';
import { confbridgeRoutes } from './routes/confbridges.ts';
import { conferencecallRoutes } from './routes/conferencecalls.ts';
import { conferenceRoutes } from './routes/conferences.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { drainRoutes } from './routes/drain.ts';
import { eventStreamRoutes } from './routes/event-stream.ts';
import { extensionRoutes } from './routes/extensions.ts';
import { flowLayoutRoutes } from './routes/flow-layout.ts';
import { flowPreparationRoutes } from './routes/flow-preparation.ts';
import { flowRevisionRoutes } from './routes/flow-revisions.ts';
import { flowSimulationRoutes } from './routes/flow-simulation.ts';
import { flowRoutes } from './routes/flows.ts';
import { laterCallRoutes } from './routes/later-calls.ts';
import { mailboxRoutes } from './routes/mailboxes.ts';
import { messageRoutes } from './routes/messages.ts';
import { newCallRoutes } from './routes/new-calls.ts';
import { numberRoutes } from './routes/numbers.ts';
import { queueStatisticsRoutes } from './routes/queue-statistics.ts';
import { queuecallRoutes } from './routes/queuecalls.ts';
import { queueRoutes } from './routes/queues.ts';
import { recordingRoutes } from './routes/recordings.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { soundRoutes } from './routes/sounds.ts';
import { speechRoutes } from './routes/speech.ts';
import { timelineRoutes } from './routes/timeline.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { transcribeRoutes } from './routes/transcribes.ts';
import { transcriptRoutes } from './routes/transcripts.ts';
import { trunkRoutes } from './routes/trunks.ts';
import { validationRoutes } from './routes/validation.ts';
import { voicemailRoutes } from './routes/voicemails.ts';
import { webhookRecoveryRoutes } from './routes/webhook-recovery.ts';
import { webhookTestRoutes } from './routes/webhook-test.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** Every resource under `/v1.0`; the first knows those behind it. */
export const resources: readonly Routes[] = [
  validationRoutes,
  flowRoutes,
  flowPreparationRoutes,
  flowSimulationRoutes,
  flowRevisionRoutes,
  flowLayoutRoutes,
  numberRoutes,
  scheduleRoutes,
  extensionRoutes,
  trunkRoutes,
  callRoutes,
  newCallRoutes,
  callsExportRoutes,
  timelineRoutes,
  callReplayRoutes,
  laterCallRoutes,
  callCommandRoutes,
  activeflowRoutes,
  webhookRoutes,
  webhookTestRoutes,
  webhookRecoveryRoutes,
  deliveryRoutes,
  eventStreamRoutes,
  checkRoutes,
  tokenRoutes,
  sessionRoutes,
  phoneRoutes,
  recordingRoutes,
  mailboxRoutes,
  voicemailRoutes,
  transcribeRoutes,
  transcriptRoutes,
  agentRoutes,
  conferenceRoutes,
  conferencecallRoutes,
  confbridgeRoutes,
  queueRoutes,
  queueStatisticsRoutes,
  queuecallRoutes,
  chatbotRoutes,
  soundRoutes,
  speechRoutes,
  messageRoutes,
  conversationRoutes,
  drainRoutes,
];
