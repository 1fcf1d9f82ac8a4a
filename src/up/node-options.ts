/**
 * What Node.js runs a daemon with, here as in `npm start` and in the image. With a young generation of less, calls that last longer than
 * it takes to fill are moved to the old one, which then grows more than was saved (docs/decisions/0041). It has to be told this before it
 * starts; what else V8 is told, in `core/v8-options.ts`, here would cost each start.
 */
export const nodeOptions: readonly string[] = ['--max-semi-space-size=16'];
