/** Whether the long counts are wanted: `npm run soak` says so. */
export const isSoak = process.env.ARIFLOW_TEST_SCALE === 'full';
