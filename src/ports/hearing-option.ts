import * as z from 'zod';

/** Who can be asked to listen. */
export const hearingProviders = ['gcp', 'aws', 'openai', 'local'] as const;

/** The provider that is to listen; the first that can, where nothing is said. */
export const hearingProvider = z.enum(['', ...hearingProviders]).default('');

/** Phrases that are likely to be said. */
export const hearingHints = z.array(z.string().max(100)).max(100).default([]);
