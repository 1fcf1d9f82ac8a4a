import { messagesIn } from './messages.ts';
import type { Chunk } from './tap.ts';

/** What a controller answers with a request. */
export type StepKind = 'StasisStart' | 'ChannelDtmfReceived' | 'PlaybackFinished';

const kinds: ReadonlySet<string> = new Set<StepKind>([
  'StasisStart',
  'ChannelDtmfReceived',
  'PlaybackFinished',
]);

interface Event {
  readonly type?: string;
  readonly channel?: { readonly id: string };
  readonly playback?: { readonly id: string; readonly target_uri: string };
}

/** Milliseconds from each such event to the next request about its call: what has gone through a tap. */
export function stepsIn(chunks: readonly Chunk[]): ReadonlyMap<StepKind, readonly number[]> {
  const steps = new Map<StepKind, number[]>();
  /** By channel: the event that was not answered yet. */
  const open = new Map<string, { readonly kind: StepKind; readonly at: number }>();
  const channelOf = new Map<string, string>(); // by playback
  for (const { at, event, uri } of messagesIn(chunks)) {
    if (uri !== undefined) {
      const channel = channelIn(uri, channelOf);
      const begun = open.get(channel);
      if (!begun) continue;
      open.delete(channel);
      const known = steps.get(begun.kind) ?? [];
      if (known.push(at - begun.at) === 1) steps.set(begun.kind, known);
      continue;
    }
    const { type = '', channel, playback } = event as Event; // of ARI
    if (playback) channelOf.set(playback.id, playback.target_uri.replace(/^channel:/, ''));
    const id = channel?.id ?? channelOf.get(playback?.id ?? '');
    if (id !== undefined && kinds.has(type) && !open.has(id)) open.set(id, { kind: type as StepKind, at });
  }
  return steps;
}

/** `channels/1.2/answer`, `/ari/playbacks/p1?…`. */
function channelIn(uri: string, channelOf: ReadonlyMap<string, string>): string {
  const [, resource, id = ''] = /(channels|playbacks)\/([^/?]+)/.exec(uri) ?? [];
  const own = decodeURIComponent(id);
  return resource === 'playbacks' ? (channelOf.get(own) ?? '') : own;
}
