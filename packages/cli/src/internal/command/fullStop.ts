/** Ends a sentence, unless who wrote it has: servers say what they like. */
export const withFullStop = (text: string): string => /[.!?]$/.test(text) ? text : `${text}.`
