import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes a minute or more of an otherwise idle machine. Those that start daemons again and again, which computes, stand between
 * those that wait.
 */
const longest = [
  'contract/store',
  'contract/several-daemons',
  'contract/outbox-shared',
  'unit/explore/large',
  'unit/daemon/on-the-wire',
  'unit/hearing/long-streams',
  'unit/ari/inbound',
  'unit/commands/apply-traps',
  'unit/package',
  'unit/attacks/mutated-events',
  'unit/hearing/gcp',
  'e2e/faults-requests',
  'integration/up',
  'e2e/recording',
  'e2e/clouds-talk',
  'e2e/console-pages',
  'e2e/survival',
  'e2e/simulated-like-real',
  'e2e/killed-at-once',
  'e2e/restarted-stream',
  'e2e/delivery',
  'e2e/media-play',
  'e2e/external-media',
  'e2e/killed-media',
  'e2e/queue',
  'e2e/flow-end',
  'e2e/faults-connection',
  'e2e/async-prompts',
  'e2e/killed-legs',
  'e2e/console-phone',
  'e2e/conference',
  'e2e/delivery-store',
  'e2e/console-attacks',
  'e2e/transcribe',
  'e2e/page-phone',
  'e2e/console-editor',
  'e2e/stopping',
  'e2e/faults-events',
  'e2e/echo',
  'e2e/hold',
  'e2e/killed-rooms',
  'e2e/outage',
  'e2e/prompts-survive',
  'e2e/amd',
];

/** Files that take long begin first, so that at the end none is left to be waited for alone. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place < 0 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
