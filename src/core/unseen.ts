/** What stands for what nobody is to see: of digits not even how many they were. */
export const unseen = '***';
