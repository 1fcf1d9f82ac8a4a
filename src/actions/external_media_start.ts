import { externalMediaOption, externalMediaRequest } from '../external-media/external-media-option.ts';
import { defineAction } from '../flows/action.ts';
import { failureOf } from '../flows/failure.ts';
import { urlEscape } from '../flows/url-escape.ts';
import type { ExternalMediaFacts } from '../ports/external-media.ts';

const none: Omit<ExternalMediaFacts, 'id'> = { local_ip: '', local_port: 0, media_uri: '' };

export default defineAction({
  type: 'external_media_start',
  summary:
    "Carries the call's audio to a host, or the host's to the caller, or both, while the flow goes on.",
  needs: 'answered call',
  option: externalMediaOption,
  example: { external_host: '203.0.113.5:8000', format: 'ulaw' },

  escape: (path, written) => urlEscape(path, 'external_host', written),

  async run({ call, uuid, ports, variables, publish, signal }, option) {
    const note = (media: ExternalMediaFacts): void =>
      variables.note({
        'voipbin.external_media.id': media.id,
        'voipbin.external_media.local_ip': media.local_ip,
        'voipbin.external_media.local_port': String(media.local_port),
        'voipbin.external_media.media_uri': media.media_uri,
      });
    const tell = {
      activeflowId: variables.get('voipbin.activeflow.id'),
      started: (media: ExternalMediaFacts) => {
        note(media);
        publish({ type: 'external_media_started', data: { ...media, reason: '' } });
      },
      stopped: (media: ExternalMediaFacts, reason: string) =>
        publish({ type: 'external_media_stopped', data: { ...media, reason } }),
    };
    try {
      const request = { id: uuid('external-media'), ...externalMediaRequest(option) };
      note(await ports.externalMedia.start(call, request, tell, signal));
    } catch (error) {
      signal.throwIfAborted();
      const { code: reason } = failureOf(error);
      publish({ type: 'external_media_failed', data: { ...none, reason } });
      throw error;
    }
  },
});
