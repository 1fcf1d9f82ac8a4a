/** RFC 3261, 17: the estimate of a round trip, and the longest time between two copies of a message. */
export const t1 = 500;
export const t2 = 4_000;

/** When a transaction is given up. */
export const transactionTimeout = 64 * t1;
