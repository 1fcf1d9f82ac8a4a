/** Files with a real Asterisk that are themselves the load, or bring all of a machine to its knees: nothing runs beside them. */
export const alone: readonly string[] = ['load', 'queue-load', 'up'];

/** Which files of a project run: those that may run beside others, the others, or where nothing is said all of them, one by one. */
export const share = process.env.ARIFLOW_TEST_SHARE;
