/** Can Postgres hold the text, and JSON carry it? What cannot names nothing that exists. */
export const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
