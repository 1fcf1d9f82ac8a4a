/**
 * What Node.js runs a daemon with, here as in `npm start` and in the image. With a young generation of less, calls that last longer than
 * it takes to fill are moved to the old one, which then grows more than was saved (docs/decisions/0041).
 */
export const nodeOptions: readonly string[] = ['--max-semi-space-size=16'];
