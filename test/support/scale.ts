/** How much is tried: `npm run soak` wants the long counts, `npm run test:busy` short ones where they show the same. */
const scale = process.env.ARIFLOW_TEST_SCALE;

export const isSoak = scale === 'full';
export const isBusy = scale === 'busy';
