import * as z from 'zod';
import { wireTime } from '../../core/clock.ts';
import type { Api } from '../api.ts';
import { component } from '../components.ts';
import type { Finding, Parts } from '../parts.ts';
import { answers, when } from '../shapes.ts';

const finding: z.ZodType<Finding> = component(
  'Finding',
  z.object({
    what: z.string().meta({ description: 'what was looked at', examples: ['disk'] }),
    verdict: z.enum(['good', 'warning', 'problem']).meta({ description: 'whether it is as it should be' }),
    text: z.string().meta({
      description: 'what was found, in words, and what to do about it',
      examples: ['41 GB free at /var/lib/ariflow'],
    }),
  }),
);

const shown = component(
  'Checks',
  z.object({
    result: z.array(finding).meta({ description: 'all that was looked at' }),
    tm_check: when('it was looked at'),
  }),
);

type Checks = z.output<typeof shown>;

export function checkRoutes(api: Api, { look }: Parts): void {
  let looking: Promise<Checks> | undefined;
  /** Whoever asks while it is being looked is told the same. */
  const checks = async (): Promise<Checks> => {
    looking ??= look()
      .then((findings) => ({ result: [...findings], tm_check: wireTime() }))
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };

  api.get(
    '/checks',
    {
      schema: {
        tags: ['checks'],
        operationId: 'listChecks',
        summary: 'Look at what goes wrong outside the daemon, as `ariflow doctor` does',
        description:
          'Asterisk with its version, modules and clock, ports, NAT, certificates, trunks, disks. It takes some seconds. No secret is in it.',
        querystring: z.strictObject({}),
        response: answers(shown),
      },
    },
    checks,
  );
}
