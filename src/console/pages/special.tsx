import { type ComponentType, lazy, Suspense } from 'react';
import { Waiting } from '../parts/bits.tsx';
import type { SpecialProps } from './special-props.ts';

/** What only a page of this kind shows, above what all show. */
export function specialOf(path: string): ComponentType<SpecialProps> | undefined {
  return specials[path];
}

/** What a list of this kind shows above itself. */
export function wallOf(path: string): ComponentType | undefined {
  return walls[path];
}

/** What a list of this kind offers beside what all offer. */
export function listActionsOf(path: string): ComponentType | undefined {
  return listActions[path];
}

function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const Loaded = lazy(async () => ({ default: await load() }));
  return function Later(props: P) {
    return (
      <Suspense fallback={<Waiting />}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}

const recording = later(async () => (await import('./recording-part.tsx')).RecordingPart);

const specials: Readonly<Record<string, ComponentType<SpecialProps>>> = {
  recordings: recording,
  voicemails: later(async () => (await import('./recording-part.tsx')).VoicemailPart),
  sounds: later(async () => (await import('./sound-parts.tsx')).SoundPart),
  queues: later(async () => (await import('./queue-part.tsx')).QueuePart),
  queuecalls: later(async () => (await import('./queue-part.tsx')).QueuecallPart),
  agents: later(async () => (await import('./agent-parts.tsx')).AgentPart),
  conferences: later(async () => (await import('./conference-part.tsx')).ConferencePart),
  webhooks: later(async () => (await import('./webhook-parts.tsx')).WebhookPart),
  deliveries: later(async () => (await import('./webhook-parts.tsx')).DeliveryPart),
  extensions: later(async () => (await import('./extension-part.tsx')).ExtensionPart),
  messages: later(async () => (await import('./message-part.tsx')).MessagePart),
  schedules: later(async () => (await import('./schedule-part.tsx')).SchedulePart),
};

const walls: Readonly<Record<string, ComponentType>> = {
  queues: later(async () => (await import('./queue-part.tsx')).QueueWall),
  agents: later(async () => (await import('./agent-parts.tsx')).AgentWall),
};

const listActions: Readonly<Record<string, ComponentType>> = {
  sounds: later(async () => (await import('./sound-parts.tsx')).SoundUpload),
  webhooks: later(async () => (await import('./webhook-parts.tsx')).CatalogueLink),
};
