/**
 * What Node.js runs a daemon with, here as in `npm start` and in the image. With a young generation of less, calls that last longer than
 * it takes to fill are moved to the old one, which then grows more than was saved (docs/decisions/0041). Nor does the old one grow fourfold
 * before it is collected (docs/decisions/0062).
 */
export const nodeOptions: readonly string[] = ['--max-semi-space-size=16', '--heap-growing-percent=50'];
