/**
 * Text that others have written, to be shown: names, messages. Control characters and halves of characters would speak to a
 * terminal and forge lines of a log, and the owner of a shared device chooses its name.
 */
export const shownText = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}]+/gu, " ")
