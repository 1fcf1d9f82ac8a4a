/** Characters of a URL, wherever one is taken: signed ones are long, and more than this few servers read. */
export const longestUrl = 8_192;
