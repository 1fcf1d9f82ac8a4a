import type { ExternalMediaNews } from '../ports/external-media.ts';
import { type FlowEvent, flowEvent } from './flow-event.ts';

/** Tells of external media in the name of the activeflow that began it, whose action is long over. */
export function mediaNews(
  activeflow_id: string,
  callId: string,
  onEvent: (event: FlowEvent) => void,
): ExternalMediaNews {
  const about = { activeflow_id, reference_type: 'call', reference_id: callId };
  return {
    activeflowId: activeflow_id,
    started: (media) =>
      onEvent(flowEvent({ type: 'external_media_started', data: { ...media, reason: '' } }, about)),
    stopped: (media, reason) =>
      onEvent(flowEvent({ type: 'external_media_stopped', data: { ...media, reason } }, about)),
  };
}
